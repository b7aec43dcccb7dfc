import { describe, expect, it } from 'vitest';
import { EPOCH_LABEL, versionLabels } from '../../src/keymgmt/records/labels.ts';
import { targetOf } from '../../src/keymgmt/target.ts';
import type { Distribution } from '../../src/keymgmt/records/distribution.ts';
import type { Target } from '../../src/providers/port.ts';
import { HOME } from '../../src/providers/step.ts';
import { creating, known, ready } from '../support/records.ts';
import { testRun } from '../support/run.ts';

const EU = 'eu-west-1';
const record = known(
  { 1: ready('x', true), 2: ready('y', true), 3: creating('a') },
  { current: 1, replaced: ['w'], places: { [EU]: { versions: { 1: ready('x', true) } } } },
);
const target = async (distribution: Distribution = record, epoch?: string): Promise<Target> => {
  const { run } = await testRun({
    record: distribution,
    client: {},
    kms: { wrapping_key: { name: 'wrap', ready: false } },
  });
  return targetOf(run.mount, run.context, run.ref, { distribution, key: run.key, kms: run.kms }, epoch);
};

describe('what a driver is told of a distribution', () => {
  it('is what was asked for, and under which names', async () => {
    expect(await target({ ...record, container: 'c' })).toMatchObject({
      ...{ keyName: 'k', keyType: 'aes256-gcm96', purposes: ['decrypt', 'encrypt'], protection: 'hsm' },
      ...{ distributedName: 'k-1700000000', container: 'c', wrappingKey: 'wrap', places: [HOME, EU] },
    });
  });

  it('has the ids of what was made, at each place', async () => {
    const given = await target();
    expect([1, 2, 3, 4].map((version) => given.id(version, HOME))).toEqual(['x', 'y', undefined, undefined]);
    expect([1, 2].map((version) => given.id(version, EU))).toEqual(['x', undefined]);
    expect(given.id(1, 'us-east-1')).toBeUndefined();
    expect(given.ids(HOME)).toEqual(
      new Map([
        [1, 'x'],
        [2, 'y'],
      ]),
    );
    expect(given.ids(EU)).toEqual(new Map([[1, 'x']]));
    expect(given.ids('us-east-1')).toEqual(new Map());
    // The likeliest holder of the name last.
    expect(given.ours(HOME)).toEqual(['w', 'y', 'x']);
  });

  it('owns the name once it was set', async () => {
    expect(await target()).toMatchObject({ ownsName: false });
    expect(await target({ ...record, highest_published: 1 })).toMatchObject({ ownsName: true });
  });

  it('has the labels of mount, key and version, and of the epoch after a restore only', async () => {
    const labels = versionLabels('mount', { kms: 'kms', key: 'k' }, 'k-1700000000', 1);
    expect((await target()).labels(1)).toEqual(labels);
    expect(Object.keys((await target()).labels(1))).not.toContain(EPOCH_LABEL);
    expect((await target(record, 'epoch')).labels(1)).toEqual({ ...labels, [EPOCH_LABEL]: 'epoch' });
  });
});
