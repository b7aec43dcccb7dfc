import { beforeEach, describe, expect, it } from 'vitest';
import type { ProviderErrorReason } from '../../src/providers/errors.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';

const PURPOSE = { purpose: 'encrypt,decrypt' };

describe('a step that the cloud refuses', () => {
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;
  const fail = (action: string, reason: ProviderErrorReason): void => {
    cloud.fault = (called) => (called === action ? { when: 'before', reason } : undefined);
  };
  const states = (): string[] => [...cloud.objects.values()].map(({ state }) => state);
  const setMinimum = (version: number): Promise<string | undefined> =>
    engine.errorOf(engine.write('key/k', { min_enabled_version: version }));
  beforeEach(async () => {
    cloud = modelCloud();
    storage = inMemoryStorage();
    engine = await startEngine({ storage, drivers: cloud.drivers });
    await engine.write('key/k', { type: 'aes256-gcm96' });
    await engine.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1' });
  });

  it.each<[string, ProviderErrorReason, string]>([
    ['set_current', 'forbidden', 'left: point the name to version 2.'],
    ['set_current', 'already_exists', 'left: point the name to version 2.'],
    ['create', 'forbidden', 'left: create version 2, import version 2, point the name to version 2.'],
    ['create', 'invalid_request', 'left: create version 2, import version 2, point the name to version 2.'],
    ['import', 'invalid_request', 'left: import version 2, point the name to version 2.'],
  ])('%s (%s) keeps no version enabled that is to be disabled', async (action, reason, left) => {
    await engine.write('kms/aws/key/k', PURPOSE);
    fail(action, reason);
    expect(await engine.errorOf(engine.write('key/k/rotate'))).toContain(`${action}: injected ${reason}`);
    const error = await setMinimum(2);
    expect(cloud.objects.get('key-1')?.state).toBe('disabled');
    expect(error).toContain(`min_enabled_version 2 is set in Vault, but `);
    expect(error).toContain(`is incomplete: ${action}: injected ${reason}; done: disable version 1; ${left}`);
    // Nothing of it is tried again before the failure is mended, and nothing is lost then.
    expect(await setMinimum(2)).not.toContain('done:');
    cloud.fault = () => undefined;
    await engine.tick();
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it.each<ProviderErrorReason>(['throttled', 'unavailable', 'timeout'])(
    'only for the moment (%s) leaves the version in use that the name points to',
    async (reason) => {
      await engine.write('kms/aws/key/k', PURPOSE);
      fail('set_current', reason);
      expect(await engine.errorOf(engine.write('key/k/rotate'))).toContain(reason);
      expect(await setMinimum(2)).toContain('left: point the name to version 2, disable version 1.');
      expect(states()).toEqual(['enabled', 'enabled']);
    },
  );

  it.each<[string, ProviderErrorReason]>([
    ['import', 'not_found'],
    ['import', 'invalid_state'],
    ['set_current', 'not_found'],
  ])(
    'as it may not know the object yet (%s, %s) disables what the name points to only later',
    async (action, reason) => {
      await engine.write('key/k/rotate');
      await engine.write('kms/aws/key/k', PURPOSE);
      fail(action, reason);
      expect(await engine.errorOf(engine.write('key/k/rotate'))).toContain(reason);
      expect(await setMinimum(3)).toContain('done: disable version 1; left: ');
      expect(states().slice(0, 2)).toEqual(['disabled', 'enabled']);
      cloud.fault = () => undefined;
      await engine.tick();
      expect(await violations(storage, cloud)).toEqual([]);
    },
  );

  it('for twenty versions is taken for refused for the rest of them', async () => {
    for (let more = 1; more < 40; more++) await engine.write('key/k/rotate');
    await engine.write('kms/aws/key/k', PURPOSE);
    fail('disable', 'forbidden');
    const before = cloud.calls.length;
    expect(await setMinimum(40)).toContain('disable version 20, and 19 more.');
    expect(cloud.calls.slice(before).filter((call) => call.startsWith('disable'))).toHaveLength(20);
  });

  it('for one version keeps no other enabled, and the name where it was', async () => {
    await engine.write('key/k/rotate');
    await engine.write('kms/aws/key/k', PURPOSE);
    const [first] = cloud.objects.values();
    if (first) first.state = 'pending_deletion';
    fail('set_current', 'throttled');
    expect(await engine.errorOf(engine.write('key/k/rotate'))).toBeDefined();
    cloud.fault = () => undefined;
    const error = await setMinimum(3);
    expect(states()).toEqual(['pending_deletion', 'disabled', 'enabled']);
    expect([...cloud.names.values()]).toEqual(['key-3']);
    expect(error).toContain('done: point the name to version 3, disable version 2; left: disable version 1.');
  });

  it('in different calls is reported with each of them', async () => {
    await engine.write('kms/aws/key/k', PURPOSE);
    cloud.fault = (called) =>
      called === 'set_current' || called === 'disable' ? { when: 'before', reason: 'forbidden' } : undefined;
    await engine.errorOf(engine.write('key/k/rotate'));
    expect(await setMinimum(2)).toContain(
      'is incomplete: set_current: injected forbidden; disable: injected forbidden; ' +
        'left: point the name to version 2, disable version 1.',
    );
  });

  it('does not disable what was never enabled', async () => {
    await engine.write('key/k/rotate');
    await engine.write('key/k', { min_enabled_version: 2 });
    fail('import', 'forbidden');
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toContain(
      'done: create version 1, create version 2; ' +
        'left: import version 1, import version 2, point the name to version 2, disable version 1.',
    );
    expect(cloud.calls.filter((call) => call.startsWith('disable'))).toEqual([]);
  });

  it('in the middle of a first distribution is told as what it is', async () => {
    await engine.write('key/k/rotate');
    await engine.write('key/k/rotate');
    cloud.fault = (action, index) =>
      action === 'create' && index === 2 ? { when: 'before', reason: 'forbidden' } : undefined;
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toContain(
      'create: injected forbidden; done: create version 1, create version 2; ' +
        'left: create version 3, import version 1, import version 2, import version 3, point the name to version 3.',
    );
  });

  it('has a lost answer told as such', async () => {
    await engine.write('key/k/rotate');
    cloud.fault = (action, index) =>
      action === 'create' && index === 1 ? { when: 'after', reason: 'timeout' } : undefined;
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toContain(
      'done: create version 1; left: look for version 2 of an interrupted attempt, create version 2, ',
    );
  });
});
