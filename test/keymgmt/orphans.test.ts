import { beforeEach, describe, expect, it } from 'vitest';
import { StorageError, type JsonObject } from '../../src/logical/index.ts';
import { silentLogger, type LogFields } from '../../src/support/logger.ts';
import { distributedKey, PURPOSE, type DistributedKey, type TestClock } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

const MINUTE = 60_000;
const HOURS = 60 * MINUTE;

describe('a creation without an answer', () => {
  let clock: TestClock;
  let cloud: ModelCloud;
  let start: DistributedKey['start'];
  let engine: Engine;
  let warnings: (readonly [string, LogFields])[];

  beforeEach(async () => {
    warnings = [];
    ({ engine, cloud, clock, start } = await distributedKey({
      distributed: false,
      newAttempt: () => `attempt-${cloud.calls.length}`,
      logger: { ...silentLogger, warn: (message, fields = {}) => warnings.push([message, fields]) },
    }));
  });

  const loseAnswer = async (when: 'before' | 'after'): Promise<void> => {
    cloud.fault = (action) => (action === 'create' ? { when, reason: 'timeout' } : undefined);
    await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE));
    cloud.fault = () => undefined;
    warnings = [];
  };
  const orphans = async (): Promise<readonly JsonObject[]> =>
    (await engine.read('kms/aws/status'))?.['possible_orphans'] as readonly JsonObject[];
  const states = (): string[] => [...cloud.objects.values()].map(({ id, state }) => `${id} ${state}`);

  it.each([
    ['is reported as a possible orphan within five minutes', 5 * MINUTE - 1, 1],
    ['is not reported when nothing is found after five minutes', 5 * MINUTE, 0],
  ])('%s', async (_title, age, count) => {
    await loseAnswer('before');
    clock.advance(age);
    await engine.tick();
    expect(states()).toEqual(['key-1 enabled']);
    // The tick looks at orphans last, and drops what it can believe by then.
    expect(warnings).toHaveLength(count);
    expect(await orphans()).toHaveLength(count);
  });

  it('is reported with its attempt, name, endpoint and tags', async () => {
    await loseAnswer('before');
    const began = clock.now();
    clock.advance(MINUTE);
    await engine.tick();
    const report = {
      attempt: 'attempt-0',
      key: 'k',
      version: 1,
      name: 'k-1767225600',
      since: new Date(began).toISOString(),
      reason: 'not found, but made too recently for the KMS to be sure to know of it',
    };
    const [orphan, ...others] = await orphans();
    expect(others).toEqual([]);
    const tags = {
      key_name: 'k-1767225600',
      'vault-keymgmt-mount': '5f4dd6a8-0000-4000-8000-000000000001',
      'vault-keymgmt-kms': 'aws',
      'vault-keymgmt-key': 'k',
      'vault-keymgmt-version': '1',
      // The one that finds it.
      'vault-keymgmt-attempt': 'attempt-0',
    };
    expect(orphan).toEqual({ ...report, endpoint: 'model', tags });
    expect(warnings).toEqual([
      [
        'a KMS object may have been left behind',
        { key: 'k', kms: 'aws', version: 1, attempt: 'attempt-0', reason: report.reason },
      ],
    ]);
  });

  it('is reported without permission to search, and searched once permitted', async () => {
    await loseAnswer('after');
    cloud.searchable = false;
    clock.advance(60 * MINUTE);
    await engine.tick();
    expect(await orphans()).toMatchObject([{ attempt: 'attempt-0', reason: 'no permission to look' }]);
    expect(states()).toEqual(['key-1 pending_import', 'key-2 enabled']);
    cloud.searchable = true;
    await engine.tick();
    expect(states()).toEqual(['key-1 pending_deletion', 'key-2 enabled']);
    expect(await orphans()).toEqual([]);
  });

  it('stays recorded while the search fails', async () => {
    await loseAnswer('after');
    cloud.searchable = false;
    await engine.tick();
    cloud.searchable = true;
    cloud.fault = (action) => (action === 'find' ? { when: 'before', reason: 'unavailable' } : undefined);
    await engine.tick();
    expect(await orphans()).toHaveLength(1);
    expect(warnings.at(-1)?.[0]).toBe('could not look for a possible orphan');
  });

  it('is adopted under its name after a restart', async () => {
    await loseAnswer('after');
    engine = await start();
    await engine.tick();
    expect(states()).toEqual(['key-1 enabled']);
    expect(await orphans()).toEqual([]);
    expect(warnings).toEqual([]);
  });
});

describe('a possible orphan recorded before storage fails', () => {
  let clock: TestClock;
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let start: DistributedKey['start'];

  beforeEach(async () => {
    ({ cloud, storage, clock, start } = await distributedKey({ distributed: false }));
  });
  /** Its disk is full as soon as a possible orphan is on record. */
  const startOnDiskFullOfReports = async (): Promise<{
    engine: Engine;
    disk: { reported: boolean; full: boolean };
  }> => {
    const disk = { reported: false, full: true };
    const engine = await start({
      storage: {
        ...storage,
        put: async (entry) => {
          if (disk.full && disk.reported) throw new StorageError('the disk is full');
          disk.reported ||= entry.key.startsWith('orphan/');
          await storage.put(entry);
        },
      },
    });
    return { engine, disk };
  };
  const states = (): readonly string[] => [...cloud.objects.values()].map(({ state }) => state);
  const ticksOfHours = async (engine: Engine): Promise<void> => {
    for (let tick = 0; tick < 3; tick++) {
      clock.advance(2 * HOURS);
      // Not the immediate one, which looks through everything.
      await engine.tick(false).catch(() => undefined);
    }
  };

  it('is not deleted as an orphan after adoption and force-remove', async () => {
    const { engine, disk } = await startOnDiskFullOfReports();
    await engine.tick(false);
    const distribute = (): Promise<unknown> => engine.write('kms/aws/key/k', PURPOSE).catch(() => undefined);
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    await distribute();
    cloud.fault = () => undefined;
    cloud.searchable = false;
    // Reports the attempt, and then the storage fails.
    await distribute();
    [disk.full, cloud.searchable] = [false, true];
    await distribute();
    expect([disk.reported, states()]).toEqual([true, ['enabled']]);
    await engine.write('kms/aws/key/k/force-remove');
    await ticksOfHours(engine);
    expect(states()).toEqual(['enabled']);
  });

  it('is still searched and deleted after force-remove', async () => {
    const { engine, disk } = await startOnDiskFullOfReports();
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    cloud.fault = () => undefined;
    cloud.searchable = false;
    await expect(engine.write('kms/aws/key/k', PURPOSE)).rejects.toThrow('the disk is full');
    await engine.tick(false);
    [disk.full, cloud.searchable] = [false, true];
    await engine.write('kms/aws/key/k/force-remove');
    expect([disk.reported, states()]).toEqual([true, ['pending_import']]);
    await ticksOfHours(engine);
    expect(states()).toEqual(['pending_deletion']);
  });

  it('is not deleted as an orphan after a tick adopts it', async () => {
    const { engine, disk } = await startOnDiskFullOfReports();
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE));
    cloud.fault = () => undefined;
    cloud.searchable = false;
    await expect(engine.write('kms/aws/key/k', PURPOSE)).rejects.toThrow('the disk is full');
    [disk.full, cloud.searchable] = [false, true];
    await ticksOfHours(engine);
    expect([disk.reported, states()]).toEqual([true, ['enabled']]);
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toEqual([]);
  });
});
