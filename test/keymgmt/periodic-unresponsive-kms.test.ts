import { beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/providers/errors.ts';
import type { KmsClient, ProviderConfig } from '../../src/providers/port.ts';
import { silentLogger } from '../../src/support/logger.ts';
import {
  AWS,
  distribute,
  distributedKey,
  driversWith,
  PURPOSE,
  testClock,
  writeKey,
  type TestClock,
} from '../support/distributed-key.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { manualTimer, type ManualTimer } from '../support/manual-timer.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';

describe('periodic function with a KMS that does not answer', () => {
  let clock: TestClock;
  let time: ManualTimer;
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;
  let warnings: string[];
  /** Regions whose KMS leaves each call without an answer until its signal aborts. */
  let silent: Set<string>;
  /** Regions whose KMS does so when it is asked for all names. */
  let silentSurvey: Set<string>;
  /** Calls that such a KMS was asked, `<region> <key>`. */
  let unanswered: string[];

  const silence = (region: string, key: string, signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      unanswered.push(`${region} ${key}`);
      signal.addEventListener('abort', () => {
        reject(new ProviderError('timeout', 'no answer', { call: 'any' }));
      });
    });
  const onTheWay = (client: KmsClient, { keyCollection }: ProviderConfig): KmsClient => {
    return {
      ...client,
      find: (attempt, target, signal) =>
        silent.has(keyCollection)
          ? silence(keyCollection, attempt.distributedName, signal)
          : client.find(attempt, target, signal),
      surveyNames: (signal) =>
        silentSurvey.has(keyCollection) ? silence(keyCollection, 'survey', signal) : client.surveyNames(signal),
      perform: (step, target, signal) =>
        step.action === 'import' && silent.has(keyCollection)
          ? silence(keyCollection, target.keyName, signal)
          : client.perform(step, target, signal),
    };
  };
  const start = (): Promise<Engine> =>
    startEngine({
      storage,
      drivers: driversWith(cloud, onTheWay),
      clock,
      timer: time.timer,
      logger: {
        ...silentLogger,
        warn: (message, fields) => void warnings.push(`${message}: ${String(fields?.['key'])}`),
      },
    });
  const region = (kms: string): string => `region-${kms}-1`;

  beforeEach(async () => {
    clock = testClock();
    time = manualTimer();
    cloud = modelCloud({ clock });
    storage = inMemoryStorage();
    warnings = [];
    silent = new Set();
    silentSurvey = new Set();
    unanswered = [];
    engine = await start();
  });

  /** Leaves distributions unfinished, as a process does that dies; the next one is started. */
  const leaveUnfinished = async (distributions: Readonly<Record<string, readonly string[]>>): Promise<void> => {
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'timeout' } : undefined);
    for (const [kms, keys] of Object.entries(distributions)) {
      await engine.write(`kms/${kms}`, { ...AWS, key_collection: region(kms) });
      for (const key of keys) {
        await writeKey(engine, { key: key });
        await engine.errorOf(distribute(engine, key, kms));
      }
    }
    cloud.fault = () => undefined;
    engine = await start();
  };
  const pass = (milliseconds: number): void => {
    clock.advance(milliseconds);
    time.pass(milliseconds);
  };
  const enabled = (): number => [...cloud.objects.values()].filter(({ state }) => state === 'enabled').length;
  const asked = (count: number): Promise<void> => expect.poll(() => unanswered.length).toBe(count);

  it('finishes the distributions of other KMS providers meanwhile', async () => {
    await leaveUnfinished({ dead: ['a'], well: ['b', 'c'] });
    silent.add(region('dead'));
    const tick = engine.tick(false);
    await expect.poll(enabled).toBe(2);
    expect(unanswered).toEqual(['region-dead-1 a']);
    pass(15_000);
    await tick;
    expect(warnings).toEqual(['a distribution is still incomplete: a']);
  });

  it('tries one of its distributions per tick, each time another one', async () => {
    await leaveUnfinished({ dead: ['a', 'b', 'c'] });
    silent.add(region('dead'));
    for (const [ticks, key] of ['a', 'b', 'c'].entries()) {
      const tick = engine.tick(false);
      await asked(ticks + 1);
      expect(unanswered.at(-1)).toBe(`region-dead-1 ${key}`);
      pass(15_000);
      await tick;
    }
    silent.clear();
    await engine.tick(false);
    pass(60_000);
    await engine.tick(false);
    expect(enabled()).toBe(3);
  });

  it('a request waits for the lock until the time limit of the tick', async () => {
    await leaveUnfinished({ dead: ['a'] });
    silent.add(region('dead'));
    const tick = engine.tick(false);
    await asked(1);
    const write = engine.write('key/a', { deletion_allowed: true });
    pass(15_000);
    await Promise.all([tick, write]);
    expect(await engine.read('key/a')).toMatchObject({ deletion_allowed: true });
  });

  it('a tick skips a key that a request holds, without a warning', async () => {
    await leaveUnfinished({ dead: ['a'] });
    silent.add(region('dead'));
    const host = new AbortController();
    const request = engine.write('kms/dead/key/a', PURPOSE, host.signal).catch(() => undefined);
    await asked(1);
    await engine.tick(false);
    expect(warnings).toEqual([]);
    host.abort(new Error('the client is gone'));
    await request;
    silent.clear();
    await engine.tick(false);
    expect(enabled()).toBe(1);
  });

  it('the last tick of a mount ends after the time limit', async () => {
    await leaveUnfinished({ dead: ['a', 'b'], well: ['c'] });
    silent.add(region('dead'));
    const tick = engine.tick(true);
    await asked(1);
    pass(15_000);
    await tick;
    expect(enabled()).toBe(1);
    expect(unanswered).toHaveLength(1);
  });

  it('a KMS skipped because too many do not answer is first in the next tick', async () => {
    const dead = Array.from({ length: 16 }, (_, index) => `dead${String(index).padStart(2, '0')}`);
    await leaveUnfinished({
      ...Object.fromEntries(dead.map((kms) => [kms, [`of-${kms}`, `too-${kms}`]] as const)),
      well: ['b'],
    });
    for (const kms of dead) silent.add(region(kms));
    const first = engine.tick(false);
    await asked(16);
    pass(40_000);
    await first;
    expect(enabled()).toBe(0);
    const second = engine.tick(false);
    await expect.poll(enabled).toBe(1);
    pass(40_000);
    await second;
  });

  it('the scan after a start continues with other KMS providers after ten seconds', async () => {
    for (const kms of ['dead', 'well']) {
      await engine.write(`kms/${kms}`, { ...AWS, key_collection: region(kms) });
      await writeKey(engine, { key: `of-${kms}` });
      await distribute(engine, `of-${kms}`, kms);
    }
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'timeout' } : undefined);
    await engine.errorOf(engine.write('key/of-well/rotate'));
    cloud.fault = () => undefined;
    silentSurvey.add(region('dead'));
    engine = await start();
    const tick = engine.tick(false);
    await asked(1);
    time.pass(10_000);
    await tick;
    expect(enabled()).toBe(3);
  });

  it('searches for possible orphans in other KMS providers', async () => {
    for (const kms of ['dead', 'well']) {
      await engine.write(`kms/${kms}`, { ...AWS, key_collection: region(kms) });
      await writeKey(engine, { key: `of-${kms}` });
      cloud.searchable = false;
      cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
      await engine.errorOf(distribute(engine, `of-${kms}`, kms));
      cloud.fault = () => undefined;
      await distribute(engine, `of-${kms}`, kms);
    }
    cloud.searchable = true;
    silent.add(region('dead'));
    engine = await start();
    const tick = engine.tick(false);
    await asked(1);
    await expect.poll(() => storage.keys().filter((key) => key.startsWith('orphan/'))).toHaveLength(1);
    pass(25_000);
    await tick;
    expect(storage.keys().filter((key) => key.startsWith('orphan/dead/'))).toHaveLength(1);
  });
});

describe('a distribution that takes longer than its time limit in a tick', () => {
  it('continues in the next tick without backoff', async () => {
    const time = manualTimer();
    const { engine, cloud } = await distributedKey({ versions: 4, distributed: false, timer: time.timer });
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'timeout' } : undefined);
    await engine.errorOf(distribute(engine));
    // Each import takes as long as a turn.
    cloud.fault = (action) => {
      if (action === 'import') time.pass(15_000);
      return undefined;
    };
    const imported = (): number => cloud.calls.filter((call) => call.startsWith('import')).length;
    const before = imported();
    for (let tick = 1; tick <= 4; tick++) {
      await engine.tick(false);
      expect(imported() - before).toBe(tick);
    }
    await engine.tick(false);
    expect([...cloud.names.values()]).toEqual(['key-4']);
  });
});
