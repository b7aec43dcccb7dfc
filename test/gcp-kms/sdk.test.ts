import { createPublicKey, randomBytes } from 'node:crypto';
import { KeyManagementServiceClient } from '@google-cloud/kms';
import { expect, it, onTestFinished } from 'vitest';
import { keyFile } from '../../dev/gcp-kms/identity/service-account.ts';
import { RING, type GcpKms } from '../../dev/gcp-kms/kms.ts';
import { opensslJudge } from '../support/envelope-judges.ts';
import { running, VAULT } from './client.ts';

/** Google's own client, over HTTP and JSON: it signs its access tokens itself, and sends enums as numbers. */
function sdk(kms: GcpKms): KeyManagementServiceClient {
  const { hostname, port } = new URL(kms.url);
  const client = new KeyManagementServiceClient({
    ...{ fallback: true, protocol: 'http', apiEndpoint: hostname, port: Number(port) },
    credentials: keyFile(VAULT, `${kms.identityUrl}/token`),
    projectId: VAULT.projectId,
  });
  onTestFinished(() => client.close());
  return client;
}

it("Google's client takes a key through its life on the fake", async () => {
  const kms = await running();
  const client = sdk(kms);
  const [key] = await client.createCryptoKey({
    parent: RING,
    cryptoKeyId: 'app',
    skipInitialVersionCreation: true,
    cryptoKey: {
      purpose: 'ENCRYPT_DECRYPT',
      importOnly: true,
      versionTemplate: { protectionLevel: 'HSM', algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION' },
      labels: { managed_by: 'vault' },
    },
  });
  const name = key.name ?? '';
  expect(name).toBe(`${RING}/cryptoKeys/app`);
  expect(key).toMatchObject({
    purpose: 'ENCRYPT_DECRYPT',
    importOnly: true,
    versionTemplate: { protectionLevel: 'HSM', algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION' },
    labels: { managed_by: 'vault' },
    destroyScheduledDuration: { seconds: '2592000' },
  });
  await client.createImportJob({
    ...{ parent: RING, importJobId: 'job' },
    importJob: { importMethod: 'RSA_OAEP_3072_SHA256_AES_256', protectionLevel: 'HSM' },
  });
  const getJob = async () => (await client.getImportJob({ name: `${RING}/importJobs/job` }))[0];
  await expect.poll(async () => (await getJob()).state).toBe('ACTIVE');
  const job = await getJob();
  const wrappedKey = opensslJudge.wrap(createPublicKey(job.publicKey?.pem ?? ''), randomBytes(32), 'sha256');
  const [version] = await client.importCryptoKeyVersion({
    ...{ parent: name, algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION', importJob: job.name ?? '', wrappedKey },
  });
  expect(version).toMatchObject({ name: `${name}/cryptoKeyVersions/1`, state: 'PENDING_IMPORT' });
  const states = async () => (await client.listCryptoKeyVersions({ parent: name }))[0].map(({ state }) => state);
  await expect.poll(states).toEqual(['ENABLED']);

  const [updated] = await client.updateCryptoKeyPrimaryVersion({ name, cryptoKeyVersionId: '1' });
  expect(updated.primary).toMatchObject({ name: version.name, state: 'ENABLED' });
  const [{ ciphertext }] = await client.encrypt({ name, plaintext: Buffer.from('attack at dawn') });
  const [{ plaintext }] = await client.decrypt({ name, ciphertext: ciphertext ?? '' });
  expect(Buffer.from(plaintext as Uint8Array).toString()).toBe('attack at dawn');

  const disabled = { name: version.name ?? '', state: 'DISABLED' as const };
  const [changed] = await client.updateCryptoKeyVersion({
    ...{ cryptoKeyVersion: disabled, updateMask: { paths: ['state'] } },
  });
  expect(changed.state).toBe('DISABLED');
  await expect(client.decrypt({ name, ciphertext: ciphertext ?? '' })).rejects.toThrow(
    'is not enabled, current state is: DISABLED',
  );
  const [destroyed] = await client.destroyCryptoKeyVersion({ name: version.name ?? '' });
  expect(destroyed.state).toBe('DESTROY_SCHEDULED');
  await expect(client.getCryptoKey({ name: `${RING}/cryptoKeys/none` })).rejects.toThrow('NOT_FOUND');
  expect(kms.calls().filter(({ action }) => action === 'Token')).toEqual([]);
});
