import { describe, expect, it } from 'vitest';
import { distributedNames } from '../../src/keymgmt/distributed-names.ts';
import { distributedKey, PURPOSE, type DistributedKeyOptions } from '../support/distributed-key.ts';
import { inMemoryStorage, type Engine } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import { modelCloud } from '../support/model-cloud.ts';

const SECOND = Date.parse('2026-01-01T00:00:00Z') / 1000;

const distributable = async (options: DistributedKeyOptions): Promise<Engine> =>
  (await distributedKey({ distributed: false, ...options })).engine;
const nameOf = async (engine: Engine): Promise<unknown> => (await engine.read('kms/aws/key/k'))?.['name'];

describe('distributedNames', () => {
  it('never returns the same name twice, even if the clock is set back', () => {
    let now = 1000;
    const newName = distributedNames({ now: () => now * 1000 });
    expect(['k', 'k', 'other', 'k'].map(newName)).toEqual(['k-1000', 'k-1001', 'other-1000', 'k-1002']);
    now = 1001;
    expect(newName('k')).toBe('k-1003');
    now = 2000;
    expect([newName('k'), newName('other')]).toEqual(['k-2000', 'other-2000']);
    now = 100;
    expect(newName('k')).toBe('k-2001');
  });
});

describe('the name of a distribution in the KMS', () => {
  it('differs for each distribution, even within a second', async () => {
    const cloud = modelCloud();
    const engine = await distributable({ cloud });
    await engine.write('kms/aws/key/k', PURPOSE);
    expect(await nameOf(engine)).toBe(`k-${SECOND}`);
    await engine.request('delete', 'kms/aws/key/k');
    await engine.write('kms/aws/key/k', PURPOSE);
    expect(await nameOf(engine)).toBe(`k-${SECOND + 1}`);
    expect((await engine.read('kms/aws/key/k'))?.['distribution_time']).toBe('2026-01-01T00:00:00.000Z');
  });

  it('differs for each mount of a process', async () => {
    const cloud = modelCloud();
    const newName = distributedNames({ now: () => SECOND * 1000 });
    const one = await distributable({ cloud, newName });
    const two = await distributable({ cloud, newName, backendUUID: 'another-mount' });
    await Promise.all([one, two].map((engine) => engine.write('kms/aws/key/k', PURPOSE)));
    expect([...cloud.names.keys()].sort()).toEqual([`k-${SECOND}`, `k-${SECOND + 1}`]);
    expect(cloud.calls.filter((call) => call.startsWith('set_current'))).toHaveLength(2);
  });

  it('is replaced in the same request when another process took it in the same second', async () => {
    const cloud = modelCloud();
    const storage = inMemoryStorage();
    const one = await distributable({ cloud, backendUUID: 'another-mount' });
    await one.write('kms/aws/key/k', PURPOSE);
    const two = await distributable({ cloud, storage });
    await two.write('kms/aws/key/k', PURPOSE);
    expect(await nameOf(two)).toBe(`k-${SECOND + 1}`);
    // Each name points to what its own mount has made.
    expect(Object.fromEntries(cloud.names)).toEqual({ [`k-${SECOND}`]: 'key-1', [`k-${SECOND + 1}`]: 'key-2' });
    await one.request('delete', 'kms/aws/key/k');
    expect(await violations(storage, cloud)).toEqual([]);
    await two.request('delete', 'kms/aws/key/k');
    expect([...cloud.names.keys()]).toEqual([]);
    expect([...cloud.objects.values()].map(({ state }) => state)).toEqual(['pending_deletion', 'pending_deletion']);
  });

  it('is replaced at most four times in one request, then the request fails', async () => {
    const cloud = modelCloud();
    const names = cloud.names as Map<string, string>;
    for (let next = 0; next < 8; next++) names.set(`k-${SECOND + next}`, 'a-stranger');
    const engine = await distributable({ cloud });
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toContain(
      `the name k-${SECOND + 4} is taken in the KMS; done: create version 1, import version 1; ` +
        'left: point the name to version 1.',
    );
    expect(cloud.calls.filter((call) => call.startsWith('set_current'))).toHaveLength(5);
    // Going on begins with the name that is on record, and comes to one that is free.
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeUndefined();
    expect(await nameOf(engine)).toBe(`k-${SECOND + 8}`);
  });

  it('is kept and set again by sync when another owner moved the alias', async () => {
    const cloud = modelCloud();
    const storage = inMemoryStorage();
    const engine = await distributable({ cloud, storage });
    await engine.write('kms/aws/key/k', PURPOSE);
    (cloud.names as Map<string, string>).set(`k-${SECOND}`, 'a-stranger');
    await engine.write('kms/aws/key/k/sync');
    expect(await violations(storage, cloud)).toEqual([]);
    expect(await nameOf(engine)).toBe(`k-${SECOND}`);
  });
});
