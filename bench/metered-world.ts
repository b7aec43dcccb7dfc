import { startKms, type Kms } from '../dev/aws-kms/kms.ts';
import { wrappingKeyRing } from '../dev/fake-cloud/wrapping-keys.ts';
import type { Storage } from '../src/logical/index.ts';
import { awsDriver } from '../src/providers/aws/driver.ts';
import { azureDriver } from '../src/providers/azure/driver.ts';
import { gcpDriver } from '../src/providers/gcp/driver.ts';
import { allowing } from '../test/support/allowing.ts';
import { clockOf } from '../test/support/clock.ts';
import { inMemoryStorage, startEngine, type Engine } from '../test/support/engine.ts';

export const REGION = 'eu-west-2';
export const ACCESS_KEY = { accessKeyId: 'AKIA0VERBCOSTS00', secretAccessKey: 'verb-costs-secret' };
/** An administrator of the account, who may do everything. */
export const STRANGER = { accessKeyId: 'AKIA0STRANGER000', secretAccessKey: 'stranger-secret' };

/** Storage operations and KMS calls of some work. */
export interface Costs {
  readonly storage: Readonly<Record<StorageOperation, number>>;
  /** By action, sorted. */
  readonly calls: Readonly<Record<string, number>>;
}
type StorageOperation = 'get' | 'put' | 'delete' | 'list';

/** The engine in this process, with the AWS adapter and an embedded KMS, on a clock that only {@link advance} moves. */
export interface World {
  readonly kms: Kms;
  /** The engine that runs now. */
  engine(): Engine;
  /** Credentials of the mount's KMS provider, and where it is. */
  readonly provider: { readonly provider: string; readonly key_collection: string; readonly credentials: object };
  advance(milliseconds: number): void;
  /** Counts what some work costs; the administrator's calls do not count. */
  during(work: () => Promise<unknown>): Promise<Costs>;
  /** Ends the process right after a CreateKey, counted from 1, during `work`, and starts the engine anew. */
  crashAfterCreateKey(nth: number, work: () => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

const wrappingKeys = wrappingKeyRing();

/** @param allow IAM actions of the engine's user; undefined allows all */
export async function newWorld(allow: readonly string[] | undefined): Promise<World> {
  const kms = await startKms({ accessKeys: [{ ...ACCESS_KEY, ...(allow && { allow }) }, STRANGER], wrappingKeys });
  const counts = { get: 0, put: 0, delete: 0, list: 0 };
  const storage = inMemoryStorage();
  let now = 1_700_000_000_000;
  const clock = clockOf(() => now);
  const retry = {
    clock,
    random: () => 0.5,
    wait: async (milliseconds: number) => {
      now += milliseconds;
    },
  };

  const start = (life: { dead: boolean }): Promise<Engine> => {
    const counted = async <T>(operation: StorageOperation, effect: () => Promise<T>): Promise<T> => {
      if (life.dead) throw new Error('the process has ended');
      counts[operation] += 1;
      return effect();
    };
    const metered: Storage = {
      get: (key) => counted('get', () => storage.get(key)),
      put: (entry) => counted('put', () => storage.put(entry)),
      delete: (key) => counted('delete', () => storage.delete(key)),
      list: (prefix) => counted('list', () => storage.list(prefix)),
    };
    const awskms = awsDriver({ env: allowing(kms.url), retry });
    const drivers = {
      awskms,
      azurekeyvault: azureDriver({ env: {}, retry }),
      gcpckms: gcpDriver({ env: {}, retry }),
    };
    return startEngine({ drivers, storage: metered, clock });
  };
  let life = { dead: false };
  let engine = await start(life);

  return {
    kms,
    engine: () => engine,
    provider: {
      provider: 'awskms',
      key_collection: REGION,
      credentials: { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey, endpoint: kms.url },
    },
    advance(milliseconds) {
      now += milliseconds;
    },
    async during(work) {
      const before = { ...counts };
      const seen = kms.calls().length;
      await work();
      const calls: Record<string, number> = {};
      for (const { action, accessKeyId } of kms.calls().slice(seen)) {
        if (accessKeyId === ACCESS_KEY.accessKeyId) calls[action] = (calls[action] ?? 0) + 1;
      }
      const since = (operation: StorageOperation): number => counts[operation] - before[operation];
      return {
        storage: { get: since('get'), put: since('put'), delete: since('delete'), list: since('list') },
        calls: Object.fromEntries(Object.entries(calls).sort(([one], [other]) => (one < other ? -1 : 1))),
      };
    },
    async crashAfterCreateKey(nth, work) {
      let created = 0;
      kms.faults.set(({ action }) => {
        if (life.dead) return { when: 'before', drop: true };
        if (action !== 'CreateKey' || ++created < nth) return undefined;
        life.dead = true;
        return { when: 'after', drop: true };
      });
      await work().catch(() => undefined);
      if (!life.dead) throw new Error(`there was no CreateKey number ${nth}`);
      kms.faults.clear();
      life = { dead: false };
      engine = await start(life);
    },
    close: () => kms.close(),
  };
}
