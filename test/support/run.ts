import { clientCache } from '../../src/keymgmt/clients.ts';
import { engineEvents } from '../../src/keymgmt/events.ts';
import { figures } from '../../src/keymgmt/figures.ts';
import { consistencyWindow } from '../../src/keymgmt/consistency-window.ts';
import type { RestoreGuard } from '../../src/keymgmt/guard/restore-guard.ts';
import type { Mount } from '../../src/keymgmt/mount.ts';
import { recorder } from '../../src/keymgmt/reconcile/recorder.ts';
import type { Run } from '../../src/keymgmt/reconcile/run.ts';
import { readCache } from '../../src/framework/index.ts';
import { distributionStore } from '../../src/keymgmt/records/distribution-store.ts';
import type { Distribution } from '../../src/keymgmt/records/distribution.ts';
import type { Key } from '../../src/keymgmt/records/key.ts';
import { keyStore } from '../../src/keymgmt/records/key-store.ts';
import { materialStore } from '../../src/keymgmt/records/material.ts';
import { workQueue } from '../../src/keymgmt/work-queue.ts';
import { planAws } from '../../src/providers/aws/plan.ts';
import { kmsStore, type Kms } from '../../src/keymgmt/records/kms.ts';
import { RECORD_SIZES } from '../../src/keymgmt/records/record-parts.ts';
import { orphanStore } from '../../src/keymgmt/records/orphan.ts';
import { inMemoryStorage, noEvents, type BackendContext, type InMemoryStorage } from '../../src/logical/index.ts';
import { performStep } from '../../src/keymgmt/reconcile/perform-step.ts';
import type { Observation, Performed } from '../../src/providers/observation.ts';
import type { Step } from '../../src/providers/step.ts';
import type { KmsClient, KmsDriver } from '../../src/providers/port.ts';
import { keyedMutex } from '../../src/support/keyed-mutex.ts';
import { silentLogger, type LogFields, type Logger } from '../../src/support/logger.ts';
import { testClock, type TestClock } from './distributed-key.ts';
import { keyWith } from './records.ts';

export interface TestRunOptions {
  /** The distribution as it is in storage. */
  readonly record: Distribution;
  /** What the KMS answers; a call that is not among these fails the test. */
  readonly client: Partial<KmsClient>;
  /** @default one with one version */
  readonly key?: Key;
  readonly kms?: Partial<Kms>;
  readonly driver?: Partial<KmsDriver>;
}

/** One run of the key `k` in the KMS `kms`, and what it leaves. */
export interface TestRun {
  readonly run: Run;
  readonly clock: TestClock;
  readonly storage: InMemoryStorage;
  /** The distribution in storage. */
  readonly stored: () => Promise<Distribution | undefined>;
  readonly logged: readonly (readonly [level: string, message: string, fields: LogFields])[];
}

/** A run without the engine around it, for what no cloud of this build does: containers, wrapping keys, waiting. */
export async function testRun({
  record: initial,
  client: answers,
  key = keyWith(1),
  kms,
  driver,
}: TestRunOptions): Promise<TestRun> {
  const clock = testClock();
  const storage = inMemoryStorage();
  const ref = { kms: 'kms', key: 'k' };
  const stored: Kms = { schema: 1, provider: 'cloud', key_collection: 'c', credentials: {}, ...kms };
  const cache = readCache({ clock });
  const distributions = distributionStore(RECORD_SIZES, cache);
  const logged: [string, string, LogFields][] = [];
  const log = (level: string) => (message: string, fields: LogFields) => void logged.push([level, message, fields]);
  const logger = { ...silentLogger, info: log('info'), warn: log('warn'), error: log('error') } as Logger;
  let names = 0;
  let attempts = 0;
  const client = {
    readLabels: async () => ({ outcome: 'unknown' as const }),
    account: async () => undefined,
    ...answers,
  };
  const given = { consistencyWindowMs: 5 * 60_000, lostAttempt: 'go_on', endpointOf: () => 'cloud', ...driver };
  const drivers = { cloud: { plan: planAws, connect: () => client as KmsClient, ...given } as KmsDriver };
  const newAttempt = (): string => `attempt-${++attempts}`;
  const guard: Partial<RestoreGuard> = {
    epoch: async () => undefined,
    isEngaged: async () => false,
    isAcknowledged: async () => false,
    engage: async () => undefined,
  };
  const counted = figures(clock);
  const parts: Partial<Mount> = {
    ...{
      drivers,
      newAttempt,
      guard: guard as RestoreGuard,
      workQueue: workQueue(clock),
      events: engineEvents(noEvents),
      figures: counted,
      clients: clientCache(drivers, counted, clock),
    },
    keys: keyStore(RECORD_SIZES, cache),
    materials: materialStore(),
    ...{ id: 'mount', clock, logger, distributions, kms: kmsStore(), orphans: orphanStore(), kmsLock: keyedMutex() },
    newName: (name) => `${name}-${++names}`,
    consistency: consistencyWindow(clock),
    verified: new WeakMap(),
    unsavedIds: new Map(),
  };
  const mount = parts as Mount;
  await distributions.put(storage, 'kms/k', initial);
  await mount.kms.put(storage, ref.kms, stored);
  await mount.keys.put(storage, ref.key, key);
  const record = recorder({
    ...{ store: distributions, storage, ref, initial },
    newAttempt,
    now: () => new Date(clock.now()).toISOString(),
  });
  const context: Partial<BackendContext> = { storage, signal: new AbortController().signal };
  const checkName = async (): Promise<void> => undefined;
  const run: Run = {
    ...{ mount, context: context as BackendContext, ref, record, names: 1, checkName, key, kms: stored },
    driver: drivers.cloud,
    client: client as KmsClient,
  };
  return { run, clock, storage, logged, stored: () => distributions.get(storage, 'kms/k') };
}

/** What a KMS answers to a call that changes it. */
export const performed = (...seen: readonly Observation[]): Performed => ({ changed: true, requestId: 'r', seen });

/** Performs one step in a run of its own; the KMS shows what is seen. */
export async function perform(
  step: Step,
  seen: readonly Observation[],
  record: Distribution,
  rest: Partial<TestRunOptions> = {},
): Promise<TestRun & { readonly calls: readonly Step[] }> {
  const calls: Step[] = [];
  const answer: KmsClient['perform'] = async (each) => {
    calls.push(each);
    return performed(...seen);
  };
  const test = await testRun({ record, ...rest, client: { perform: answer, ...rest.client } });
  await performStep(test.run, step, undefined);
  return { ...test, calls };
}
