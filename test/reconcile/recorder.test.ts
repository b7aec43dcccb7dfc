import { beforeEach, describe, expect, it } from 'vitest';
import { recorder, type Recorder } from '../../src/keymgmt/reconcile/recorder.ts';
import type { DistributionStore } from '../../src/keymgmt/records/distribution-store.ts';
import type { Distribution, VersionRecord } from '../../src/keymgmt/records/distribution.ts';
import { inMemoryStorage } from '../../src/logical/index.ts';
import { HOME, type Place, type Step } from '../../src/providers/step.ts';
import { created, creating, known, ready } from '../support/records.ts';

const NOW = '2026-01-01T00:00:00.000Z';
const EU = 'eu-west-1';

interface Write {
  readonly name: string;
  readonly record: Distribution;
  readonly previous: Distribution | undefined;
  readonly isBoundToClient: boolean;
}

let writes: Write[];
let failing: boolean;
const store: Pick<DistributionStore, 'put'> = {
  async put(_storage, name, record, signal, previous) {
    if (failing) throw new Error('storage is sealed');
    writes.push({ name, record, previous, isBoundToClient: signal !== undefined });
  },
};

function record(initial: Distribution): Recorder {
  let attempts = 0;
  return recorder({
    store: store as DistributionStore,
    storage: inMemoryStorage(),
    ref: { kms: 'aws', key: 'k' },
    initial,
    newAttempt: () => `attempt-${++attempts}`,
    now: () => NOW,
  });
}

beforeEach(() => {
  writes = [];
  failing = false;
});

describe('what was noted', () => {
  const initial = known({ 1: created('x') });

  it('is written by the next flush, as a change of what was written last, and once', async () => {
    const run = record(initial);
    await run.flush();
    expect(writes).toEqual([]);
    run.note({ of: 'version', version: 1, place: HOME, state: 'enabled' });
    expect(run.current.versions[1]).toEqual(ready('x', true));
    expect(writes).toEqual([]);
    await run.flush();
    await run.flush();
    run.note({ of: 'account', account: '111122223333' }, { of: 'name', place: HOME, points: 1 });
    await run.flush();
    const enabled = known({ 1: ready('x', true) });
    const named = { ...enabled, account: '111122223333', current: 1, highest_published: 1 };
    // What happened in the cloud is written even when the client has left, so no write has its signal.
    expect(writes).toEqual([
      { name: 'aws/k', record: enabled, previous: initial, isBoundToClient: false },
      { name: 'aws/k', record: named, previous: enabled, isBoundToClient: false },
    ]);
  });

  it('is written by the flush after one that failed', async () => {
    const run = record(initial);
    run.note({ of: 'account', account: '111122223333' });
    failing = true;
    await expect(run.flush()).rejects.toThrow('storage is sealed');
    failing = false;
    await run.flush();
    expect(writes).toMatchObject([{ record: { account: '111122223333' }, previous: initial }]);
  });
});

describe('before a step', () => {
  const stepOf = (action: 'enable' | 'disable' | 'import', place: Place = HOME): Step => ({
    action,
    version: 1,
    place,
  });
  const writesBefore = async (step: Step, stored: VersionRecord | undefined): Promise<number> => {
    const versions = stored === undefined ? {} : { 1: stored };
    const isAbroad = step.place === EU;
    const run = record(
      known(isAbroad ? { 1: ready('x', true) } : versions, isAbroad ? { places: { [EU]: { versions } } } : {}),
    );
    run.note(
      { of: 'attempt', version: 2, attempt: 'b', since: NOW },
      { of: 'version', version: 1, place: step.place, id: 'x', state: 'enabled' },
    );
    await run.before(step);
    return writes.length;
  };
  const pending: VersionRecord = { state: 'pending', attempt: 'a', remote_id: 'x' };

  it.each<['enable' | 'disable', string, VersionRecord | undefined]>([
    ['disable', 'not there', undefined],
    ['disable', 'being created', creating('a')],
    ['disable', 'without material', created('x')],
    ['disable', 'pending', pending],
    ['enable', 'without material', created('x')],
  ])(
    '%s, a version that storage shows %s is written: its material must not be imported again',
    async (action, _how, stored) => {
      expect(await writesBefore(stepOf(action), stored)).toBe(1);
      writes = [];
      if (stored) expect(await writesBefore(stepOf(action, EU), stored)).toBe(1);
    },
  );

  it.each<VersionRecord>([ready('x', true), ready('x', false), ready('x')])(
    'that changes a version which storage shows with its material nothing is written (%o)',
    async (stored) => {
      expect(await writesBefore(stepOf('disable'), stored)).toBe(0);
      expect(await writesBefore(stepOf('enable', EU), stored)).toBe(0);
    },
  );

  it('of material into a replica the replica is written: it is in use from then on', async () => {
    const run = record(known({ 1: ready('x', true) }));
    run.note({ of: 'version', version: 1, place: EU, id: 'x', state: 'created' });
    await run.before(stepOf('import', EU));
    expect(writes).toMatchObject([{ record: { places: { [EU]: { versions: { 1: { remote_id: 'x' } } } } } }]);
    run.note({ of: 'account', account: '111122223333' });
    await run.before(stepOf('import', EU));
    expect(writes).toHaveLength(1);
  });

  it('of another kind nothing is written', async () => {
    expect(await writesBefore(stepOf('import'), created('x'))).toBe(0);
    expect(await writesBefore({ action: 'remove_name', place: HOME }, created('x'))).toBe(0);
  });
});

describe('an attempt', () => {
  it('is in storage before a driver is given it', async () => {
    const run = record(known({}));
    const given = await run.attempt(1);
    expect(given).toEqual({ attempt: 'attempt-1', version: 1, distributedName: 'k-1700000000' });
    expect(writes).toMatchObject([{ record: known({ 1: creating('attempt-1') }) }]);
  });

  it('is not given where it cannot be written', async () => {
    const run = record(known({}));
    failing = true;
    await expect(run.attempt(1)).rejects.toThrow('storage is sealed');
  });

  it('that was prepared is in the write before, and is the one that is given', async () => {
    const run = record(known({}));
    await run.attempt(1);
    run.attemptUsed(1);
    run.note({ of: 'version', version: 1, place: HOME, id: 'x', state: 'created' });
    run.prepareAttempt(2);
    await run.flush();
    expect(writes.at(-1)?.record.versions).toMatchObject({ 1: { remote_id: 'x' }, 2: creating('attempt-2') });
    const before = writes.length;
    expect(await run.attempt(2)).toMatchObject({ attempt: 'attempt-2', version: 2 });
    expect(writes).toHaveLength(before);
  });

  it('of an earlier run is never given: it may have made something', async () => {
    const run = record(known({ 1: creating('earlier') }));
    expect(run.isUnused(1)).toBe(false);
    expect(await run.attempt(1)).toMatchObject({ attempt: 'attempt-1' });
  });

  it('is unused from its beginning until it may have made something', async () => {
    const run = record(known({ 1: ready('x', true) }));
    expect(run.isUnused(1)).toBe(false);
    await run.attempt(2);
    expect(run.isUnused(2)).toBe(true);
    run.attemptUsed(2);
    expect(run.isUnused(2)).toBe(false);
    expect(await run.attempt(2)).toMatchObject({ attempt: 'attempt-2' });
  });

  it('is withdrawn where it has made nothing, and no other is', async () => {
    const run = record(known({ 1: creating('earlier'), 2: ready('y', true) }));
    await run.attempt(3);
    run.attemptUsed(3);
    run.prepareAttempt(4);
    run.prepareAttempt(5);
    run.note({ of: 'version', version: 5, place: HOME, id: 'z', state: 'created' });
    run.withdrawAttempts();
    expect(run.current.versions).toMatchObject({
      1: creating('earlier'),
      2: ready('y', true),
      3: creating('attempt-1'),
    });
    expect(Object.keys(run.current.versions)).toEqual(['1', '2', '3', '5']);
    await run.flush();
    expect(writes.at(-1)?.record).toBe(run.current);
  });
});
