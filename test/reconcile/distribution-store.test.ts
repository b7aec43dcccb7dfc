import { expect, it } from 'vitest';
import { readCache } from '../../src/framework/index.ts';
import { distributionStore, type DistributionStore } from '../../src/keymgmt/records/distribution-store.ts';
import type { Distribution } from '../../src/keymgmt/records/distribution.ts';
import { inMemoryStorage } from '../../src/logical/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import { known, ready } from '../support/records.ts';

/** The record as another process reads it, divided from the first version on. */
async function readBack(record: Distribution): Promise<Distribution | undefined> {
  const storage = inMemoryStorage();
  const newStore = (): DistributionStore =>
    distributionStore({ part: 1, changes: 0 }, readCache({ clock: systemClock }));
  await newStore().put(storage, 'aws/k', record);
  return newStore().get(storage, 'aws/k');
}

it('keeps the id of a replaced replica, which the primary still has', async () => {
  const places = { 'eu-west-1': { versions: {}, current: undefined } };
  const record = known({ 1: ready('mrk-1', true) }, { replaced: ['mrk-1'], places });
  expect(await readBack(record)).toMatchObject({ replaced: ['mrk-1'], versions: { 1: { remote_id: 'mrk-1' } } });
});

it('takes no id for replaced that a version has, where there is one place only', async () => {
  const record = known({ 1: ready('x', true), 2: ready('y', true) }, { replaced: ['w', 'x'] });
  expect(await readBack(record)).toMatchObject({ replaced: ['w'] });
});
