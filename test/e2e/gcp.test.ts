import { GCP_DOCUMENTED_PERMISSIONS } from '../support/documented-permissions.ts';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keyFile, newServiceAccount } from '../../dev/gcp-kms/identity/service-account.ts';
import { RING, startGcpKms } from '../../dev/gcp-kms/kms.ts';
import { connect, type Client } from '../gcp-kms/client.ts';
import { allowing } from '../support/allowing.ts';
import { onEachServer } from '../support/server/on-each-server.ts';

/** The engine's, with the nine permissions of Vault's documentation, and that of an application. */
const ENGINE = newServiceAccount('vault');
const APPLICATION = newServiceAccount('app');
const kms = await startGcpKms({ serviceAccounts: [{ ...ENGINE, allow: GCP_DOCUMENTED_PERMISSIONS }, APPLICATION] });
const folder = mkdtempSync(join(tmpdir(), 'gcp-e2e-'));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await kms.close();
});

const openssl = (...args: readonly string[]): Buffer => execFileSync('openssl', args, { cwd: folder });
const OAEP = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'].flatMap((each) => [
  '-pkeyopt',
  each,
]);
const PSS = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'];
const MESSAGE = Buffer.from('the message');

/** Has Cloud KMS sign with a version, and the openssl CLI verify by the public key that Vault shows. */
async function signs(client: Client, version: string, publicKey: string, hash: string, options: readonly string[]) {
  const digest = { [hash]: createHash(hash).update(MESSAGE).digest('base64') };
  const { signature } = await client.ok('POST', `${version}:asymmetricSign`, { digest });
  writeFileSync(join(folder, 'public.pem'), publicKey);
  writeFileSync(join(folder, 'message'), MESSAGE);
  writeFileSync(join(folder, 'signature'), Buffer.from(String(signature), 'base64'));
  const verify = ['dgst', `-${hash}`, '-verify', 'public.pem', '-signature', 'signature', ...options, 'message'];
  expect(openssl(...verify).toString()).toContain('Verified OK');
}

/** Has the openssl CLI encrypt for the public key that Vault shows, and Cloud KMS decrypt with a version. */
async function decrypts(client: Client, version: string, publicKey: string) {
  writeFileSync(join(folder, 'public.pem'), publicKey);
  writeFileSync(join(folder, 'message'), MESSAGE);
  const blob = openssl('pkeyutl', '-encrypt', '-pubin', '-inkey', 'public.pem', '-in', 'message', ...OAEP);
  const { plaintext } = await client.ok('POST', `${version}:asymmetricDecrypt`, {
    ciphertext: blob.toString('base64'),
  });
  expect(Buffer.from(String(plaintext), 'base64')).toEqual(MESSAGE);
}

async function encrypts(client: Client, version: string) {
  const key = version.replace(/\/cryptoKeyVersions.*/, '');
  const sealed = await client.ok('POST', `${key}:encrypt`, { plaintext: MESSAGE.toString('base64') });
  const { plaintext } = await client.ok('POST', `${key}:decrypt`, { ciphertext: String(sealed['ciphertext']) });
  expect([sealed['name'], Buffer.from(String(plaintext), 'base64')]).toEqual([version, MESSAGE]);
}

type Use = (client: Client, version: string, publicKey: string) => Promise<void>;
const pss: Use = (client, version, publicKey) => signs(client, version, publicKey, 'sha256', PSS);
/** Each type of key once for each server; RSA for both of its purposes, in the size that is generated in the least time. */
const ROWS: readonly (readonly [type: string, purpose: string, use: Use])[] = [
  ['aes256-gcm96', 'encrypt,decrypt', encrypts],
  ['rsa-2048', 'decrypt', decrypts],
  ['rsa-2048', 'sign', pss],
  ['rsa-3072', 'sign', pss],
  ['rsa-4096', 'decrypt', decrypts],
  ['ecdsa-p256', 'sign', (client, version, publicKey) => signs(client, version, publicKey, 'sha256', [])],
  ['ecdsa-p384', 'sign', (client, version, publicKey) => signs(client, version, publicKey, 'sha384', [])],
];

onEachServer(
  'keys in Google Cloud KMS',
  (stage) => {
    it('takes the provider, and never gives its credentials back', async () => {
      const credentials_json = JSON.stringify(keyFile(ENGINE, `${kms.identityUrl}/token`));
      const body = { provider: 'gcpckms', key_collection: RING, credentials: { credentials_json, endpoint: kms.url } };
      expect((await stage().http('POST', 'keymgmt/kms/gcp', body)).status).toBe(204);
      const { body: read } = await stage().http('GET', 'keymgmt/kms/gcp');
      expect(read.data).toEqual({ provider: 'gcpckms', key_collection: RING });
    });

    it.each(ROWS)(
      '%s with purpose %s is distributed, used, rotated, disabled and removed',
      async (type, purpose, use) => {
        const key = `app-${type}-${purpose.replace(',', '-')}`;
        const ok = async (method: 'POST' | 'GET' | 'DELETE', path: string, body?: object) => {
          const answer = await stage().http(method, `keymgmt/${path}`, body);
          expect({ path, status: answer.status, text: answer.text }).toMatchObject({
            path,
            status: method === 'GET' ? 200 : 204,
          });
          return answer.body.data ?? {};
        };
        await ok('POST', `key/${key}`, { type });
        await ok('POST', `kms/gcp/key/${key}`, { purpose, protection: 'hsm' });
        await ok('POST', `key/${key}/rotate`);
        expect(await stage().noteMaterial()).toBeGreaterThan(1);
        const { name, versions } = (await ok('GET', `kms/gcp/key/${key}`)) as {
          name: string;
          versions: Record<string, string>;
        };
        const nameOf = (version: number): string =>
          `${RING}/cryptoKeys/${name}/cryptoKeyVersions/${versions[version] ?? ''}`;
        const shown = (await ok('GET', `key/${key}`)) as { versions: Record<string, { public_key?: string }> };
        const client = await connect(kms, APPLICATION);
        await use(client, nameOf(2), shown.versions['2']?.public_key ?? '');
        await ok('POST', `key/${key}`, { min_enabled_version: 2 });
        expect(await client.ok('GET', nameOf(1))).toMatchObject({ state: 'DISABLED' });
        await ok('DELETE', `kms/gcp/key/${key}`);
        for (const version of [1, 2]) {
          expect(await client.ok('GET', nameOf(version))).toMatchObject({ state: 'DESTROY_SCHEDULED' });
        }
      },
    );

    it('shows whose the credentials are, and is searched for their key and all tokens', async () => {
      const check = await stage().http('POST', 'keymgmt/kms/gcp/check');
      expect(check.body.data).toMatchObject({ ok: true, credentials: { id: ENGINE.email } });
      const tokens = kms.issuedTokens();
      expect(tokens.length).toBeGreaterThan(0);
      for (const token of tokens) stage().know('an access token', token);
      // The key is known from storage.
      expect(await stage().noteMaterial()).toBeGreaterThan(1);
    });
  },
  () => ({ env: allowing(kms.url, kms.identityUrl) }),
);
