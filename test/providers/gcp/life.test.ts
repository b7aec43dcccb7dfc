import { GCP_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { createPublicKey, createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeyView } from '../../../dev/gcp-kms/key-view.ts';
import { keyGenerator, type KeyGenerator } from '../../../src/crypto/generate-key.ts';
import { keyMaterial } from '../../../src/crypto/key-material.ts';
import { gcpDriver } from '../../../src/providers/gcp/driver.ts';
import { allowing } from '../../support/allowing.ts';
import { startEngine, type Engine } from '../../support/engine.ts';
import { keyFileFor, quickRetry, RING, running, vaultWith, type SetUp } from './harness.ts';

/** Generated twice for each type, as RSA keys take seconds. */
const made = new Map<string, Promise<{ readonly bytes: Buffer; readonly publicKey: string | undefined }>>();
const generate = keyGenerator();
function cachedKeys(): KeyGenerator {
  let uses = 0;
  return async (type) => {
    const slot = `${type}/${uses++ % 2}`;
    const key =
      made.get(slot) ??
      generate(type).then(({ material, publicKey }) => ({ bytes: Buffer.from(material.reveal()), publicKey }));
    made.set(slot, key);
    const { bytes, publicKey } = await key;
    return { material: keyMaterial(Buffer.from(bytes)), ...(publicKey !== undefined && { publicKey }) };
  };
}

/** The rows of Vault's documentation, with what they are on Cloud KMS. */
const ROWS = [
  ['aes256-gcm96', 'encrypt,decrypt', 'ENCRYPT_DECRYPT', 'GOOGLE_SYMMETRIC_ENCRYPTION'],
  ['rsa-2048', 'decrypt', 'ASYMMETRIC_DECRYPT', 'RSA_DECRYPT_OAEP_2048_SHA256'],
  ['rsa-2048', 'sign', 'ASYMMETRIC_SIGN', 'RSA_SIGN_PSS_2048_SHA256'],
  ['rsa-3072', 'decrypt', 'ASYMMETRIC_DECRYPT', 'RSA_DECRYPT_OAEP_3072_SHA256'],
  ['rsa-3072', 'sign', 'ASYMMETRIC_SIGN', 'RSA_SIGN_PSS_3072_SHA256'],
  ['rsa-4096', 'decrypt', 'ASYMMETRIC_DECRYPT', 'RSA_DECRYPT_OAEP_4096_SHA256'],
  ['rsa-4096', 'sign', 'ASYMMETRIC_SIGN', 'RSA_SIGN_PSS_4096_SHA256'],
  ['ecdsa-p256', 'sign', 'ASYMMETRIC_SIGN', 'EC_SIGN_P256_SHA256'],
  ['ecdsa-p384', 'sign', 'ASYMMETRIC_SIGN', 'EC_SIGN_P384_SHA384'],
] as const;

async function start(allow?: readonly string[]): Promise<{ engine: Engine; kms: SetUp['kms'] }> {
  const kms = await running({ serviceAccounts: [vaultWith(allow)] });
  const drivers = { gcpckms: gcpDriver({ env: allowing(kms.url, kms.identityUrl), retry: quickRetry() }) };
  const engine = await startEngine({ drivers, generateKey: cachedKeys() });
  await engine.write('kms/gcp', {
    provider: 'gcpckms',
    key_collection: RING,
    credentials: { credentials_json: keyFileFor(kms), endpoint: kms.url },
  });
  return { engine, kms };
}

const states = (key: KeyView | undefined): readonly string[] => key?.versions.map(({ state }) => state) ?? [];

describe.each(['hsm', 'software'] as const)('with protection %s and the nine documented permissions', (protection) => {
  it.each(ROWS)(
    '%s with purpose %s is distributed, rotated, disabled and removed',
    async (type, purpose, kind, algorithm) => {
      const { engine, kms } = await start(GCP_DOCUMENTED_PERMISSIONS);
      const only = (): KeyView | undefined => kms.keys()[0];
      await engine.write('key/app', { type });
      await engine.write('kms/gcp/key/app', { purpose, protection });
      expect(only()).toMatchObject({
        purpose: kind,
        importOnly: true,
        protectionLevel: protection === 'hsm' ? 'HSM' : 'SOFTWARE',
        versions: [{ number: 1, state: 'ENABLED', algorithm, failure: undefined }],
      });
      await engine.write('key/app/rotate');
      await engine.write('key/app', { min_enabled_version: 2 });
      expect(states(only())).toEqual(['DISABLED', 'ENABLED']);
      expect(only()?.primary).toBe(type === 'aes256-gcm96' ? 2 : undefined);
      await engine.write('key/app', { min_enabled_version: 1 });
      expect(states(only())).toEqual(['ENABLED', 'ENABLED']);
      const { name, versions } = (await engine.read('kms/gcp/key/app')) as { name: string; versions: object };
      expect(only()?.name).toBe(`${RING}/cryptoKeys/${name}`);
      expect(versions).toEqual({ 1: '1', 2: '2' });
      const materials = (only()?.versions ?? []).map(({ material = '' }) => Buffer.from(material, 'base64'));
      for (const material of materials) {
        if (type === 'aes256-gcm96') expect(material).toHaveLength(32);
        else {
          const key = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' });
          expect(createPublicKey(key).asymmetricKeyType).toBe(type.startsWith('rsa') ? 'rsa' : 'ec');
        }
      }
      await engine.request('delete', 'kms/gcp/key/app');
      expect(states(only())).toEqual(['DESTROY_SCHEDULED', 'DESTROY_SCHEDULED']);
      expect(await engine.read('kms/gcp/key/app')).toBeUndefined();
    },
  );
});

describe('without one of the nine permissions', () => {
  it.each(GCP_DOCUMENTED_PERMISSIONS)('an error names %s', async (permission) => {
    const { engine } = await start(GCP_DOCUMENTED_PERMISSIONS.filter((each) => each !== permission));
    await engine.write('key/app', { type: 'aes256-gcm96' });
    const steps = [
      () => engine.write('kms/gcp/key/app', { purpose: 'encrypt,decrypt', protection: 'hsm' }),
      () => engine.write('key/app/rotate'),
      () => engine.write('key/app', { min_enabled_version: 2 }),
      () => engine.request('delete', 'kms/gcp/key/app'),
    ];
    const errors: string[] = [];
    for (const step of steps) errors.push((await engine.errorOf(step())) ?? '');
    expect(errors.filter((error) => error !== '').length).toBeGreaterThan(0);
    expect(errors.join('\n')).toContain(permission);
  });
});
