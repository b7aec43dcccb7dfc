import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { KeyType } from '../../../src/crypto/key-type.ts';
import type { Protection, Purpose } from '../../../src/providers/spec.ts';
import { HOME } from '../../../src/providers/step.ts';
import { desiredOf } from '../contract/stage.ts';
import {
  APPLICATION,
  azureUnderTest,
  type AzureUnderTest,
  type UnderTestOptions,
  makeKeysFirst,
} from './cloud-under-test.ts';
import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { alive, digestOf, materialOf, scene, type Scene, type SceneOptions } from './scene.ts';

const start = async (options?: UnderTestOptions): Promise<AzureUnderTest> => {
  const azure = await azureUnderTest(options);
  onTestFinished(() => azure.stop());
  return azure;
};
const HSM: UnderTestOptions = {
  keyCollection: 'https://test-hsm.managedhsm.azure.net',
  vaults: [
    { name: 'test-hsm', sku: 'managedHsm', permissions: { [APPLICATION.clientId]: AZURE_DOCUMENTED_PERMISSIONS } },
  ],
};
const RSA: readonly Purpose[] = ['decrypt', 'encrypt', 'sign', 'unwrap', 'verify', 'wrap'];
const EC: readonly Purpose[] = ['sign', 'verify'];
const AES: readonly Purpose[] = ['decrypt', 'encrypt', 'unwrap', 'wrap'];

/** What the vault holds: material and state by version, the newest last. */
const held = ({ vault }: AzureUnderTest, { name }: Scene): unknown =>
  vault
    .keys()
    .find((key) => key.name === name)
    ?.versions.map(({ materialDigest, enabled }) => ({ materialDigest, enabled }));

afterEach(() => {
  expect(alive.size, 'material that is not destroyed').toBe(0);
});

makeKeysFirst();

describe('the life of a key in a Key Vault', () => {
  it.each<[KeyType, Protection, readonly Purpose[], string, UnderTestOptions | undefined]>([
    ['rsa-2048', 'hsm', RSA, 'RSA-HSM', undefined],
    ['rsa-2048', 'software', RSA, 'RSA', undefined],
    ['ecdsa-p256', 'hsm', EC, 'EC-HSM', undefined],
    ['ecdsa-p384', 'software', EC, 'EC', undefined],
    ['ecdsa-p521', 'hsm', EC, 'EC-HSM', undefined],
    ['rsa-2048', 'hsm', RSA, 'RSA-HSM', HSM],
    ['ecdsa-p256', 'hsm', EC, 'EC-HSM', HSM],
    ['aes256-gcm96', 'hsm', AES, 'oct-HSM', HSM],
  ])('%s, %s', async (keyType, protection, purposes, kty, options) => {
    // Before anything waits for it.
    for (const number of [1, 2, 3]) materialOf(keyType, number);
    const azure = await start(options);
    const client = azure.open();
    const at = scene(azure.driver, client, { keyType, protection, purposes });
    const version = (number: number, enabled: boolean): unknown => ({
      materialDigest: digestOf(keyType, number),
      enabled,
    });

    await at.reach(desiredOf({ 1: false, 2: true }));
    expect(held(azure, at)).toEqual([version(1, false), version(2, true)]);
    await at.reach(desiredOf({ 1: false, 2: true, 3: true }));
    expect(held(azure, at)).toEqual([version(1, false), version(2, true), version(3, true)]);
    await at.reach(desiredOf({ 1: true, 2: false, 3: true }));
    expect(held(azure, at)).toEqual([version(1, true), version(2, false), version(3, true)]);

    const key = azure.vault.keys().find(({ name }) => name === at.name);
    expect(key?.versions[2]).toMatchObject({
      kty,
      tags: { key_name: at.name, 'vault-keymgmt-version': '3', 'vault-keymgmt-attempt': 'attempt-3' },
    });
    const operations = { wrap: 'wrapKey', unwrap: 'unwrapKey' } as Readonly<Record<string, string>>;
    expect([...(key?.versions[2]?.keyOps ?? [])].sort()).toEqual(
      purposes.map((each) => operations[each] ?? each).sort(),
    );

    const seen = await client.observe(at.target(), at.signal);
    expect(seen.versions).toMatchObject(
      [1, 2, 3].map((number) => ({ version: number, state: number === 2 ? 'disabled' : 'enabled' })),
    );
    expect(seen.names).toEqual([{ of: 'name', place: HOME, points: 3, id: at.known.versions.get(3)?.id }]);
    expect(seen.others).toEqual([]);

    await at.reach({ present: false });
    expect(azure.vault.keys().find(({ name }) => name === at.name)?.phase).toMatch(/^delet(ed|ing)$/);
    // One key exchange key serves all; software keys need none.
    expect(azure.vault.calls().filter(({ action }) => action === 'KeyCreate')).toHaveLength(
      protection === 'hsm' ? 1 : 0,
    );
    const allowed = new Set(azure.vault.calls().map(({ action }) => action));
    for (const action of allowed)
      expect([
        'Token',
        'Authentication',
        'KeyGet',
        'KeyGetDeleted',
        'KeyCreate',
        'KeyImport',
        'KeyUpdate',
        'KeyDelete',
      ]).toContain(action);
  });

  it.each(['rsa-3072', 'rsa-4096'] as const)('%s is held as it is', async (keyType) => {
    materialOf(keyType, 1);
    const azure = await start();
    const at = scene(azure.driver, azure.open(), { keyType });
    await at.reach(desiredOf({ 1: true }));
    expect(held(azure, at)).toEqual([{ materialDigest: digestOf(keyType, 1), enabled: true }]);
  });

  it('uses the key exchange key of the vault for other keys and other processes', async () => {
    const azure = await start();
    const one = scene(azure.driver, azure.open());
    await one.reach(desiredOf({ 1: true }));
    const kek = one.known.recorded().wrappingKey ?? '';
    expect(kek).toMatch(/^az-ure-wrapping-1700000000\/[0-9a-f]{32}$/);
    const two = scene(azure.driver, azure.open(), { name: 'l-1700000001' } satisfies SceneOptions);
    two.known.learn([{ of: 'wrapping_key', name: kek, state: 'ready' }]);
    await two.reach(desiredOf({ 1: true }));
    expect(azure.vault.calls().filter(({ action }) => action === 'KeyCreate')).toHaveLength(1);
    const [made] = azure.vault.keys();
    expect(made).toMatchObject({
      name: 'az-ure-wrapping-1700000000',
      versions: [{ kty: 'RSA-HSM', keyOps: ['import'] }],
    });
  });
});
