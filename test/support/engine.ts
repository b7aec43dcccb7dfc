import { randomUUID } from 'node:crypto';
import { keyGenerator, type KeyGenerator } from '../../src/crypto/generate-key.ts';
import { keymgmtFactory } from '../../src/keymgmt/backend.ts';
import {
  BackendError,
  inMemoryStorage,
  mountInMemory,
  type EventSender,
  type InMemoryMount,
  type InMemoryStorage,
  type JsonObject,
  type Response,
  type Storage,
  type SystemView,
} from '../../src/logical/index.ts';
import { distributedNames, type DistributedNames } from '../../src/keymgmt/distributed-names.ts';
import type { RecordSizes } from '../../src/keymgmt/records/record-parts.ts';
import type { KmsDrivers } from '../../src/providers/port.ts';
import { systemTimer, type Timer } from '../../src/support/budget.ts';
import { systemClock, type Clock } from '../../src/support/clock.ts';
import type { Logger } from '../../src/support/logger.ts';
import { watchEngine } from './secrecy/watch-engine.ts';

export interface EngineOptions {
  readonly drivers: KmsDrivers;
  readonly storage?: Storage;
  readonly system?: SystemView;
  readonly clock?: Clock;
  readonly timer?: Timer;
  readonly logger?: Logger;
  readonly events?: EventSender;
  readonly generateKey?: KeyGenerator;
  readonly newAttempt?: () => string;
  /** @default one of the engine's own, as if it were a process by itself */
  readonly newName?: DistributedNames;
  /** @default that of every engine */
  readonly backendUUID?: string;
  readonly recordSizes?: RecordSizes | undefined;
}

/** A mount of the engine in this process; a request fails where a secret is seen in an answer, an error or the log. */
export interface Engine extends InMemoryMount {
  /** Data of a read; undefined for 404. */
  read(path: string): Promise<JsonObject | undefined>;
  /** The text of the error that a request ends with, whatever its status; undefined when it succeeds. */
  errorOf(answer: Promise<Response | undefined>): Promise<string | undefined>;
  /** The rollback tick. */
  tick(immediate?: boolean): Promise<void>;
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const {
    drivers,
    generateKey: newKey = keyGenerator(),
    newAttempt = randomUUID,
    clock = systemClock,
    timer = systemTimer,
    newName = distributedNames(clock),
    ...others
  } = options;
  const { recordSizes, ...rest } = others;
  const watch = watchEngine();
  const factory = watch.factory(
    keymgmtFactory({ drivers, generateKey: newKey, newAttempt, newName, clock, timer, recordSizes }),
  );
  const mount = await mountInMemory(factory, { backendUUID: '5f4dd6a8-0000-4000-8000-000000000001', ...rest });
  return {
    ...mount,
    read: async (path) => (await mount.request('read', path))?.data,
    async errorOf(answer) {
      try {
        const error = (await answer)?.data?.['error'];
        return typeof error === 'string' ? error : undefined;
      } catch (error) {
        if (error instanceof BackendError) return error.message;
        throw error;
      }
    },
    async tick(immediate = true) {
      await mount.request('rollback', '', immediate ? { immediate: true } : {});
    },
  };
}

export { inMemoryStorage, type InMemoryStorage };
