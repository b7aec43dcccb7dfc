import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import type { ProviderConfig } from '../../src/providers/port.ts';
import { distributedKey, type DistributedKey } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import { modelCloud, type ModelCloud, type ModelObject } from '../support/model-cloud.ts';

const HOME = '111111111111';
const AWAY = '222222222222';

describe('remote IDs recorded with another endpoint', () => {
  let own: ModelCloud;
  let other: ModelCloud;
  let ambient: string;
  let storage: InMemoryStorage;
  let engine: Engine;
  let start: DistributedKey['start'];

  const move = (endpoint: string): Promise<unknown> =>
    engine.write('kms/aws', { credentials: { access_key: 'a', secret_key: 's', endpoint }, confirm_endpoint: true });
  const record = async (): Promise<JsonObject> =>
    JSON.parse(Buffer.from((await storage.get('distribution/aws/k'))?.value ?? []).toString()) as JsonObject;
  const strangersKey = (id: string): ModelObject => {
    const labels = { owner: 'somebody else' };
    const object: ModelObject = { id, attempt: '', labels, account: undefined, createdAt: 0, state: 'enabled' };
    (other.objects as Map<string, ModelObject>).set(id, object);
    return object;
  };

  beforeEach(async () => {
    other = modelCloud();
    ambient = 'own';
    const endpointOf = (config: ProviderConfig): string => config.credentials['endpoint']?.reveal() ?? ambient;
    ({
      engine,
      cloud: own,
      storage,
      start,
    } = await distributedKey({
      drivers: (model) => ({
        ...model.drivers,
        awskms: {
          ...model.drivers.awskms,
          endpointOf,
          connect: (config) => (endpointOf(config) === 'other' ? other : model).drivers.awskms.connect(config),
        },
      }),
    }));
    await engine.write('key/k/rotate');
  });

  const requests: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['an update of min_enabled_version', () => engine.write('key/k', { min_enabled_version: 2 })],
    ['a rotation', () => engine.write('key/k/rotate')],
    ['a sync', () => engine.write('kms/aws/key/k/sync')],
    ['a removal', () => engine.request('delete', 'kms/aws/key/k')],
  ];

  it.each(requests)('do not change KMS keys of another owner at the new endpoint: %s', async (_what, request) => {
    const strangers = [strangersKey('key-1'), strangersKey('key-2')];
    await move('other');
    const error = await engine.errorOf(request() as Promise<undefined>);
    expect(error).toContain('requests of KMS "aws" now go to other, but the ids of key "k" are from own');
    expect(error).toContain('key-1: other labels (vault-keymgmt-mount');
    await engine.tick();
    expect(strangers.map(({ state }) => state)).toEqual(['enabled', 'enabled']);
    expect(other.calls).toEqual([]);
  });

  it.each(requests)('are not used when the new endpoint does not find them: %s', async (_what, request) => {
    await move('other');
    expect(await engine.errorOf(request() as Promise<undefined>)).toContain('key-1: not found');
    expect(other.calls).toEqual([]);
  });

  it('are not used when the environment of the plugin changes the endpoint', async () => {
    ambient = 'moved';
    own.searchable = false;
    const error = await engine.errorOf(engine.write('key/k', { min_enabled_version: 2 }));
    expect(error).toContain('now go to moved, but the ids of key "k" are from own');
    expect(error).toContain('its labels may not be read');
    expect(own.objects.get('key-1')?.state).toBe('enabled');
    const status = await engine.read('kms/aws/key/k/status');
    expect(status).toMatchObject({ verdict: 'unreachable' });
  });

  it('are used and recorded with the new endpoint when it serves the same KMS keys', async () => {
    await move('alias of own');
    await engine.write('key/k', { min_enabled_version: 2 });
    expect(own.objects.get('key-1')?.state).toBe('disabled');
    expect(await record()).toMatchObject({ endpoint: 'alias of own' });
  });

  it.each(requests.filter(([what]) => what.includes('min_enabled') || what.includes('removal')))(
    'are not disabled or deleted when the labels differ: %s',
    async (_what, request) => {
      const object = own.objects.get('key-1');
      if (object) object.labels = { ...object.labels, 'vault-keymgmt-key': 'another' };
      engine = await start({
        drivers: { ...own.drivers, awskms: { ...own.drivers.awskms, endpointOf: () => 'own' } },
      });
      expect(await engine.errorOf(request() as Promise<undefined>)).toMatch(
        /key-1 does not carry the labels of key "k" \(vault-keymgmt-key\), so it is not touched: label it again/,
      );
      expect(object?.state).toBe('enabled');
    },
  );
});

describe('credentials that change account between the check and the creation', () => {
  it('report the KMS key of the other account as a possible orphan and do not adopt it', async () => {
    const cloud = modelCloud({ account: HOME });
    const { engine } = await distributedKey({ cloud });
    cloud.fault = (action) => {
      if (action === 'create') cloud.account = AWAY;
      return undefined;
    };
    const error = await engine.errorOf(engine.write('key/k/rotate'));
    expect(error).toContain(`now has credentials of account ${AWAY}, but its keys are in account ${HOME}`);
    expect(error).toContain(`key-2 was left behind in account ${AWAY}`);
    expect(await engine.read('kms/aws/key/k')).toMatchObject({ versions: { 1: 'key-1' } });
    cloud.fault = () => undefined;
    cloud.account = HOME;
    expect((await engine.read('kms/aws/status'))?.['possible_orphans']).toMatchObject([
      { version: 2, remote_id: 'key-2', account: AWAY },
    ]);
    await engine.write('key/k/rotate');
    await engine.tick();
    expect([...cloud.objects.values()].map(({ id, account, state }) => `${id} ${account ?? ''} ${state}`)).toEqual([
      `key-1 ${HOME} enabled`,
      `key-2 ${AWAY} pending_import`,
      `key-3 ${HOME} enabled`,
    ]);
  });
});
