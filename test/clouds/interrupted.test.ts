import { describe, expect, it } from 'vitest';
import { newWorld, type World } from '../property/world.ts';
import { inPlaceModel } from './aws-in-place/model.ts';
import { multiRegionModel } from './aws-multi-region/model.ts';
import { azureModel } from './azure/model.ts';
import type { Fault } from '../support/model-calls.ts';

const distribute = (world: World): Promise<string | undefined> =>
  world.engine.errorOf(world.engine.write('kms/cloud/key/k', { purpose: 'encrypt' }));

/** Makes the calls of an operation fail, of which `skipped` are let through before. */
function failing(world: World, operation: string, fault: Fault, skipped = 0): void {
  let left = skipped;
  world.cloud.fault = (called) => (called === operation && left-- <= 0 ? fault : undefined);
}

describe('an answer that was lost', () => {
  it('of an import that made its version the newest does not engage the restore guard (Azure)', async () => {
    const world = await newWorld(azureModel, undefined);
    await world.engine.write('key/k/rotate');
    failing(world, 'PUT key', { when: 'after', reason: 'timeout' }, 1);
    expect(await distribute(world)).toContain('timeout');
    await world.recover();
    expect((await world.engine.read('restore-guard'))?.['engaged']).toBe(false);
    expect(await world.violations()).toEqual([]);
  });
});

describe('a synchronization that cannot look', () => {
  it('makes a KMS key anew that is not found, not a material in it (AWS, in place)', async () => {
    const world = await newWorld(inPlaceModel, undefined);
    expect(await distribute(world)).toBeUndefined();
    world.cloud.searchable = false;
    await world.cloud.drift('delete', 0);
    expect(await world.engine.errorOf(world.engine.write('kms/cloud/key/k/sync'))).toBeUndefined();
    expect(await world.violations()).toEqual([]);
  });

  it('takes no material to a Region that the primary was not replicated to (AWS, multi-Region)', async () => {
    const world = await newWorld(multiRegionModel, undefined);
    expect(await distribute(world)).toBeUndefined();
    world.cloud.searchable = false;
    await world.cloud.drift('schedule deletion', 0);
    failing(world, 'CreateKey', { when: 'before', reason: 'throttled' });
    expect(await world.engine.errorOf(world.engine.write('kms/cloud/key/k/sync'))).toContain('throttled');
    await world.recover();
    expect(await world.violations()).toEqual([]);
  });
});

describe('a removal that was interrupted', () => {
  it('takes away a name whose key somebody has seen to be gone meanwhile (AWS, multi-Region)', async () => {
    const world = await newWorld(multiRegionModel, undefined);
    expect(await distribute(world)).toBeUndefined();
    const failed: string[] = [];
    world.cloud.fault = (called) => {
      const isFirst = called === 'DeleteAlias' && failed.push(called) === 1;
      return isFirst ? { when: 'before', reason: 'throttled' } : undefined;
    };
    expect(await world.engine.errorOf(world.engine.request('delete', 'kms/cloud/key/k'))).toContain('throttled');
    world.cloud.fault = () => undefined;
    expect(await world.engine.errorOf(world.engine.write('kms/cloud/key/k/sync'))).toBeUndefined();
    expect(await world.violations()).toEqual([]);
  });
});
