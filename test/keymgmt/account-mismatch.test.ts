import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import type { JsonObject } from '../../src/logical/index.ts';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { clockOf } from '../support/clock.ts';
import { DOCUMENTED_PERMISSIONS } from '../support/documented-permissions.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { AES, PURPOSE } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';

const REGION = 'eu-west-2';
const HOME = '111111111111';
const AWAY = '222222222222';
const KEYS = {
  [HOME]: { accessKeyId: 'AKIAHOMEHOMEHOMEHOME', secretAccessKey: 'home-account-secret-home-account-secret0' },
  [AWAY]: { accessKeyId: 'AKIAAWAYAWAYAWAYAWAY', secretAccessKey: 'away-account-secret-away-account-secret0' },
};
const wrappingKeys = wrappingKeyRing();

describe.each([
  ['with all permissions', undefined],
  ['with the documented permissions', DOCUMENTED_PERMISSIONS],
])('KMS credentials of another account, %s', (_title, allow) => {
  let kms: Kms;
  let now: number;
  let storage: InMemoryStorage;
  let engine: Engine;

  const use = (account: typeof HOME | typeof AWAY): Promise<unknown> => {
    const { accessKeyId: access_key, secretAccessKey: secret_key } = KEYS[account];
    const credentials = { access_key, secret_key, endpoint: kms.url };
    return engine.write('kms/aws', { provider: 'awskms', key_collection: REGION, credentials });
  };
  const states = (account: string): string[] => kms.keys(REGION, account).map(({ state }) => state);
  const record = async (path: string): Promise<JsonObject> =>
    JSON.parse(Buffer.from((await storage.get(path))?.value ?? []).toString()) as JsonObject;

  beforeEach(async () => {
    now = Date.now();
    const clock = clockOf(() => now);
    const accessKeys = Object.entries(KEYS).map(([account, key]) => ({ ...key, account, ...(allow && { allow }) }));
    kms = await startKms({ clock, accessKeys, wrappingKeys });
    onTestFinished(() => kms.close());
    const wait = async (ms: number): Promise<void> => void (now += ms);
    const awskms = awsDriver({
      env: { KEYMGMT_ALLOWED_ENDPOINTS: kms.url },
      retry: { clock, random: () => 0.5, wait },
    });
    storage = inMemoryStorage();
    engine = await startEngine({ storage, clock, drivers: { ...modelCloud().drivers, awskms } });
    await engine.write('key/k', AES);
    await engine.write('key/other', AES);
    await use(HOME);
    await engine.write('kms/aws/key/k', PURPOSE);
    await engine.write('key/k/rotate');
    await use(AWAY);
  });

  it('the account and the endpoint are recorded with the first KMS key', async () => {
    expect(await record('distribution/aws/k')).toMatchObject({ account: HOME, endpoint: kms.url });
    expect(await record('kms/aws')).toMatchObject({ account: HOME });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['distribution of another key', () => engine.write('kms/aws/key/other', PURPOSE)],
    ['rotation', () => engine.write('key/k/rotate')],
    ['update of min_enabled_version', () => engine.write('key/k', { min_enabled_version: 2 })],
    ['sync', () => engine.write('kms/aws/key/k/sync')],
    ['removal', () => engine.request('delete', 'kms/aws/key/k')],
  ])('%s is refused, and neither records nor KMS keys change', async (_what, request) => {
    const before = storage.keys();
    const records = await Promise.all([record('key/k'), record('distribution/aws/k')]);
    const error = await engine.errorOf(request() as Promise<undefined>);
    expect(error).toContain(`now has credentials of account ${AWAY}, but its keys are in account ${HOME}`);
    expect(error).toContain(`write credentials of account ${HOME} to kms/aws`);
    expect(storage.keys()).toEqual(before);
    expect(await Promise.all([record('key/k'), record('distribution/aws/k')])).toEqual(records);
    expect(states(AWAY)).toEqual([]);
    expect(states(HOME)).toEqual(['Enabled', 'Enabled']);
  });

  it('status reports the versions as unreachable, not as deleted', async () => {
    const status = await engine.read('kms/aws/key/k/status');
    const why = expect.stringContaining(`account ${AWAY}`) as string;
    expect(status).toMatchObject({
      verdict: 'unreachable',
      versions: { 1: { verdict: 'unreachable', why }, 2: { verdict: 'unreachable', why } },
    });
  });

  it('failed requests change nothing once the credentials are corrected', async () => {
    for (const path of ['kms/aws/key/k/sync', 'key/k/rotate']) await engine.errorOf(engine.write(path));
    await engine.tick();
    await use(HOME);
    for (let hour = 0; hour < 3; hour++) {
      now += 61 * 60_000;
      await engine.tick();
    }
    expect(states(HOME)).toEqual(['Enabled', 'Enabled']);
    expect(states(AWAY)).toEqual([]);
    expect((await engine.read('kms/aws/status'))?.['possible_orphans']).toEqual([]);
  });

  it('are accepted once no key is distributed to the KMS', async () => {
    await use(HOME);
    await engine.request('delete', 'kms/aws/key/k');
    await use(AWAY);
    await engine.write('kms/aws/key/other', PURPOSE);
    expect(states(AWAY)).toEqual(['Enabled']);
    expect(await record('kms/aws')).toMatchObject({ account: AWAY });
  });
});
