import { describe, expect, it } from 'vitest';
import { TENANT } from '../../../dev/azure-key-vault/key-vault.ts';
import { APPLICATION, makeKeysFirst } from './cloud-under-test.ts';
import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { azureWorld, rootOf, type World } from './world.ts';

const keyOf = (world: World, name: string) => world.vault.keys().find((key) => key.name === name);
const distributed = async (world: World): Promise<Record<string, unknown>> =>
  (await world.engine.read('kms/azure/key/k')) as Record<string, unknown>;
const setUp = async (versions = 2): Promise<World> => {
  const world = await azureWorld();
  expect(await world.write('key/k', { type: 'ecdsa-p256' })).toBeUndefined();
  for (let version = 1; version < versions; version++) expect(await world.write('key/k/rotate')).toBeUndefined();
  expect(await world.write('kms/azure/key/k', { purpose: 'sign,verify' })).toBeUndefined();
  return world;
};

makeKeysFirst();

describe('the engine with a Key Vault', () => {
  it('shows the versions as Vault does, and pins the tenant of the vault', async () => {
    const world = await setUp();
    const { name, versions } = await distributed(world);
    expect(name).toMatch(/^k-\d{10}$/);
    expect(versions).toEqual({
      1: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      2: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    const made = keyOf(world, String(name))?.versions;
    expect(made?.map(({ id }) => id)).toEqual(Object.values(versions as object));
    expect(made?.[0]?.tags).toMatchObject({ key_name: name, 'vault-keymgmt-key': 'k', 'vault-keymgmt-kms': 'azure' });
    expect(Object.keys(made?.[0]?.tags ?? {}).length).toBeLessThanOrEqual(15);
    expect(JSON.parse(Buffer.from((await world.storage.get('kms/azure'))?.value ?? []).toString())).toMatchObject({
      account: TENANT,
    });
    expect(await world.violations()).toEqual([]);
  });

  it('finds a removed key gone, and distributes it anew under another name', async () => {
    const world = await setUp();
    const { name } = await distributed(world);
    expect(await world.remove('kms/azure/key/k')).toBeUndefined();
    expect(keyOf(world, String(name))?.phase).toMatch(/^delet/);
    expect(await world.violations()).toEqual([]);
    // In the same second, so that the first name that is chosen is taken.
    expect(await world.write('kms/azure/key/k', { purpose: 'sign' })).toBeUndefined();
    expect((await distributed(world))['name']).not.toBe(name);
    expect(await world.violations()).toEqual([]);
  });

  it.each<[string, (world: World, name: string) => Promise<unknown>]>([
    [
      'disables the newest version',
      async (world, name) => {
        const root = await rootOf(world.vault);
        const id = keyOf(world, name)?.versions.at(-1)?.id ?? '';
        await root('PATCH', `/keys/${name}/${id}`, { attributes: { enabled: false } });
      },
    ],
    [
      'creates a version on top',
      async (world, name) =>
        (await rootOf(world.vault))('POST', `/keys/${name}/create`, { kty: 'EC-HSM', crv: 'P-256' }),
    ],
    ['deletes the key', async (world, name) => (await rootOf(world.vault))('DELETE', `/keys/${name}`)],
    [
      'deletes the key exchange key and creates a version on top',
      async (world, name) => {
        const root = await rootOf(world.vault);
        const kek = world.vault.keys().find(({ versions }) => versions[0]?.keyOps.includes('import'))?.name ?? '';
        await root('DELETE', `/keys/${kek}`);
        await root('POST', `/keys/${name}/create`, { kty: 'EC-HSM', crv: 'P-256' });
      },
    ],
  ])('sees and repairs drift, with the documented permissions, after somebody %s', async (_what, change) => {
    const world = await setUp();
    const { name } = await distributed(world);
    await change(world, String(name));
    world.vault.permit(APPLICATION.clientId, AZURE_DOCUMENTED_PERMISSIONS);
    const status = await world.engine.read('kms/azure/key/k/status');
    expect(status?.['verdict']).not.toBe('in_sync');
    expect(await world.write('kms/azure/key/k/sync')).toBeUndefined();
    expect((await world.engine.read('kms/azure/key/k/status'))?.['verdict']).toBe('in_sync');
    const wrong = await world.violations();
    expect(wrong.filter((text) => !text.includes('KEKs'))).toEqual([]);
  });

  it.each(AZURE_DOCUMENTED_PERMISSIONS)('names the permission that is missing: %s', async (missing) => {
    const world = await setUp();
    world.vault.permit(
      APPLICATION.clientId,
      AZURE_DOCUMENTED_PERMISSIONS.filter((each) => each !== missing),
    );
    const errors = [
      await world.write('key/k/rotate'),
      await world.write('key/k', { min_enabled_version: 2 }),
      await world.remove('kms/azure/key/k'),
      await world.write('key/other', { type: 'ecdsa-p256' }),
      // Made by another KMS, so that it needs a key exchange key of its own.
      await world.write('kms/azure/key/other', { purpose: 'sign' }),
    ];
    if (missing === 'create') {
      // Only the first distribution of a KMS makes a key exchange key.
      expect(errors.filter((each) => each !== undefined)).toEqual([]);
      const fresh = await azureWorld({ permissions: AZURE_DOCUMENTED_PERMISSIONS.filter((each) => each !== missing) });
      await fresh.write('key/k', { type: 'ecdsa-p256' });
      expect(await fresh.write('kms/azure/key/k', { purpose: 'sign' })).toContain('needs the permission keys/create');
    } else {
      expect(errors.join('\n')).toContain(`it needs the permission keys/${missing} (Microsoft.KeyVault/vaults/keys/`);
    }
    const check = (await world.engine.write('kms/azure/check'))?.data;
    expect(check?.['ok']).toBe(false);
    expect(JSON.stringify(check)).toContain(`keys/${missing} (`);
  });

  it('checks that all documented permissions are there, without leaving anything behind', async () => {
    const world = await setUp();
    const before = world.vault.keys();
    const check = (await world.engine.write('kms/azure/check'))?.data;
    expect(check).toMatchObject({ ok: true });
    expect(world.vault.keys()).toEqual(before);
  });

  it('refuses AES and Managed HSM as the account allows', async () => {
    const world = await azureWorld();
    await world.write('key/k', { type: 'aes256-gcm96' });
    expect(await world.write('kms/azure/key/k', { purpose: 'encrypt,decrypt' })).toContain('use a Managed HSM');
    const hsm = await azureWorld({ sku: 'managedHsm', keyCollection: 'https://test-hsm.managedhsm.azure.net' });
    await hsm.write('key/k', { type: 'aes256-gcm96' });
    expect(await hsm.write('kms/azure/key/k', { purpose: 'encrypt,decrypt', protection: 'software' })).toContain(
      'use protection=hsm',
    );
    expect(await hsm.write('kms/azure/key/k', { purpose: 'encrypt,decrypt' })).toBeUndefined();
    expect(await hsm.violations()).toEqual([]);
  });

  it('chooses another name where an import alone tells that the first one is taken', async () => {
    const hsm = await azureWorld({ sku: 'managedHsm', keyCollection: 'https://test-hsm.managedhsm.azure.net' });
    await hsm.write('key/k', { type: 'ecdsa-p256' });
    expect(await hsm.write('kms/azure/key/k', { purpose: 'sign' })).toBeUndefined();
    const { name } = await distributed(hsm);
    expect(await hsm.remove('kms/azure/key/k')).toBeUndefined();
    // Another process would choose the same name in the same second.
    await hsm.restart();
    expect(await hsm.write('kms/azure/key/k', { purpose: 'sign' })).toBeUndefined();
    expect((await distributed(hsm))['name']).not.toBe(name);
    expect(await hsm.violations()).toEqual([]);
  });

  it('is ahead of storage that was restored from before a rotation, and changes nothing then', async () => {
    const world = await setUp(1);
    const snapshot = await Promise.all(
      world.storage
        .keys()
        .map(async (key) => [key, (await world.storage.get(key))?.value ?? new Uint8Array()] as const),
    );
    expect(await world.write('key/k/rotate')).toBeUndefined();
    for (const key of world.storage.keys()) await world.storage.delete(key);
    for (const [key, value] of snapshot) await world.storage.put({ key, value });
    await world.restart();
    const before = world.vault.keys();
    expect(await world.write('key/k/rotate')).toContain("ahead of Vault's storage");
    expect(world.vault.keys()).toEqual(before);
  });
});
