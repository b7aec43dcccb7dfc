import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RING } from '../../dev/gcp-kms/kms.ts';
import { newServiceAccount } from '../../dev/gcp-kms/identity/service-account.ts';
import { wrapRsaAesKwp } from '../../src/crypto/wrap-rsa-aes-kwp.ts';
import { GCP_DOCUMENTED_PERMISSIONS } from '../support/documented-permissions.ts';
import { connect, newJob, newKey, running, settled, VAULT, type Client, type Json } from './client.ts';

const ENGINE = newServiceAccount('engine');

/** What needs each of them, and the resource that the refusal names. */
const KEY = `${RING}/cryptoKeys/app-1700000000`;
const VERSION = `${KEY}/cryptoKeyVersions/1`;
const JOB = `${RING}/importJobs/job-1`;
const NEEDS: readonly (readonly [string, string, (client: Client, wrappedKey: string) => Promise<unknown>])[] = [
  ['cloudkms.cryptoKeys.create', RING, (client) => newKey(client, {}, 'other')],
  [
    'cloudkms.cryptoKeys.update',
    KEY,
    (client) => client.ok('POST', `${KEY}:updatePrimaryVersion`, { cryptoKeyVersionId: '1' }),
  ],
  ['cloudkms.importJobs.create', RING, (client) => newJob(client, {}, 'other')],
  ['cloudkms.importJobs.get', JOB, (client) => client.ok('GET', JOB)],
  ['cloudkms.importJobs.useToImport', JOB, (client, wrappedKey) => importOf(client, wrappedKey)],
  ['cloudkms.cryptoKeyVersions.create', KEY, (client, wrappedKey) => importOf(client, wrappedKey)],
  ['cloudkms.cryptoKeyVersions.list', KEY, (client) => client.ok('GET', `${KEY}/cryptoKeyVersions`)],
  [
    'cloudkms.cryptoKeyVersions.update',
    VERSION,
    (client) => client.ok('PATCH', `${VERSION}?updateMask=state`, { state: 'DISABLED' }),
  ],
  ['cloudkms.cryptoKeyVersions.destroy', VERSION, (client) => client.ok('POST', `${VERSION}:destroy`, {})],
];

function importOf(client: Client, wrappedKey: string, cryptoKeyVersion?: string): Promise<Json> {
  const into = cryptoKeyVersion === undefined ? {} : { cryptoKeyVersion };
  const body = { algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION', importJob: JOB, wrappedKey, ...into };
  return client.ok('POST', `${KEY}/cryptoKeyVersions:import`, body);
}

describe('permissions', () => {
  it.each(NEEDS)('%s is named with its resource where it is missing', async (permission, resource, use) => {
    const allow = GCP_DOCUMENTED_PERMISSIONS.filter((each) => each !== permission);
    const kms = await running({ serviceAccounts: [VAULT, { ...ENGINE, allow }] });
    const owner = await connect(kms);
    await newKey(owner);
    const { pem } = await newJob(owner);
    const wrappedKey = wrapRsaAesKwp(pem, randomBytes(32), 'sha256').toString('base64');
    await importOf(owner, wrappedKey);
    await settled(owner, KEY);
    const before = kms.keys();
    const message = `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`;
    await expect(use(await connect(kms, ENGINE), wrappedKey)).rejects.toThrow(
      JSON.stringify({ error: { code: 403, message, status: 'PERMISSION_DENIED' } }),
    );
    expect(kms.keys()).toEqual(before);
    await use(owner, wrappedKey);
  });

  it("of Vault's documentation do not read crypto keys, versions or public keys, nor use or restore them", async () => {
    const kms = await running({ serviceAccounts: [VAULT, { ...ENGINE, allow: GCP_DOCUMENTED_PERMISSIONS }] });
    await newKey(await connect(kms));
    const engine = await connect(kms, ENGINE);
    for (const [method, path] of [
      ...[['GET', KEY] as const, ['GET', `${RING}/cryptoKeys`] as const, ['GET', VERSION] as const],
      ...[['GET', `${VERSION}/publicKey`] as const, ['GET', `${RING}/importJobs`] as const, ['GET', RING] as const],
      ...[['POST', `${KEY}:encrypt`] as const, ['POST', `${VERSION}:restore`] as const],
    ]) {
      expect(await engine.refused(method, path, method === 'POST' ? {} : undefined), path).toContain('403');
    }
  });

  it.each(['update', 'create'])(
    'to %s versions are asked for by an import into a version as documented',
    async (one) => {
      const allow = GCP_DOCUMENTED_PERMISSIONS.filter((each) => each !== `cloudkms.cryptoKeyVersions.${one}`);
      const kms = await running({ serviceAccounts: [VAULT, { ...ENGINE, allow }] });
      const owner = await connect(kms);
      await newKey(owner);
      const { pem } = await newJob(owner);
      const wrapped = (bytes: number): string => wrapRsaAesKwp(pem, randomBytes(bytes), 'sha256').toString('base64');
      // An import that fails: its version can be imported into.
      await importOf(owner, wrapped(16));
      await settled(owner, KEY);
      const again = async (): Promise<Json> => importOf(await connect(kms, ENGINE), wrapped(32), VERSION);
      if (one === 'update')
        await expect(again()).rejects.toThrow(`cryptoKeyVersions.update' denied on resource '${VERSION}'`);
      // "The create permission is only required on this key when creating a new CryptoKeyVersion."
      else expect(await again()).toMatchObject({ name: VERSION, state: 'PENDING_IMPORT' });
    },
  );

  it('hold for one key ring, and are asked for without having any', async () => {
    const keyRings = [`${RING}-2`];
    const grants = { allow: GCP_DOCUMENTED_PERMISSIONS, keyRings };
    const kms = await running({ serviceAccounts: [{ ...ENGINE, ...grants }], keyRings: [RING, `${RING}-2`] });
    const engine = await connect(kms, ENGINE);
    const asked = { permissions: ['cloudkms.cryptoKeys.create', 'cloudkms.cryptoKeys.get'] };
    expect(await engine.ok('POST', `${RING}:testIamPermissions`, asked)).toEqual({});
    expect(await engine.ok('POST', `${RING}-2:testIamPermissions`, asked)).toEqual({
      permissions: ['cloudkms.cryptoKeys.create'],
    });
    await expect(newKey(engine)).rejects.toThrow("denied on resource '" + RING);
  });

  it('come before existence: who may not look is not told', async () => {
    const kms = await running({ serviceAccounts: [VAULT, { ...ENGINE, allow: [] }] });
    const missing = `${RING}/cryptoKeys/none/cryptoKeyVersions`;
    expect(await (await connect(kms, ENGINE)).refused('GET', missing)).toContain('403 PERMISSION_DENIED');
    expect(await (await connect(kms)).refused('GET', missing)).toBe(
      `404 NOT_FOUND: CryptoKey ${RING}/cryptoKeys/none not found.`,
    );
  });
});
