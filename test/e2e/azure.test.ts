import { AZURE_DOCUMENTED_PERMISSIONS } from '../support/documented-permissions.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startKeyVault } from '../../dev/azure-key-vault/key-vault.ts';
import { credentialsFor, signedIn } from '../azure-key-vault/client.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { allowing } from '../support/allowing.ts';
import { onEachServer } from '../support/server/on-each-server.ts';

const APPLICATION = { clientId: 'a11ce000-0000-4000-8000-0000000000e2', secret: 'e2e~secret.of-the-application' };
/** An application of the vault's owner, which may use keys. */
const OWNER = { clientId: 'a11ce000-0000-4000-8000-0000000000e3', secret: 'e2e~secret.of-the-owner' };

// Made before a server waits for it.
const rsaKeys = wrappingKeyRing();
await Promise.all([0, 1].map((turn) => rsaKeys.take(4096, turn)));
const vault = await startKeyVault({
  rsaKeys,
  applications: [APPLICATION, OWNER],
  vaults: [{ name: 'e2e-vault', permissions: { [APPLICATION.clientId]: AZURE_DOCUMENTED_PERMISSIONS } }],
});
const folder = mkdtempSync(join(tmpdir(), 'azure-e2e-'));
afterAll(async () => {
  await vault.close();
  rmSync(folder, { recursive: true });
});

/** Uses a key as an application of the owner: `POST /keys/<key>/<version>/<operation>`. */
async function use(key: string, operation: string, body: object): Promise<Record<string, string>> {
  const owner = await signedIn(vault, OWNER);
  const answer = await owner('POST', `/keys/${key}/${operation}`, body);
  return { status: String(answer.status), ...(answer.body as Record<string, string>) };
}

/** Runs the openssl CLI with files of these contents, by their names. */
function openssl(args: readonly string[], files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

// Enterprise's table has RSA for all six purposes; the sizes differ in nothing else.
onEachServer(
  'the life of a key in Azure Key Vault',
  (stage) => {
    let name = '';
    let versions: Record<string, string> = {};
    const publicKey = async (version: number): Promise<string> => {
      const { body } = await stage().http('GET', 'keymgmt/key/azure');
      return (body.data?.['versions'] as Record<string, { public_key: string }>)[version]?.public_key ?? '';
    };
    const read = async (): Promise<void> => {
      const { body } = await stage().http('GET', 'keymgmt/kms/azure/key/azure');
      ({ name, versions } = body.data as { name: string; versions: Record<string, string> });
    };

    it.each(['rsa-3072', 'rsa-4096', 'rsa-2048'])(
      'distributes %s for all purposes',
      async (type) => {
        const credentials = credentialsFor(vault, APPLICATION);
        const provider = { provider: 'azurekeyvault', key_collection: 'e2e-vault', credentials };
        expect((await stage().http('POST', 'keymgmt/kms/azure', provider)).status).toBe(204);
        const key = type === 'rsa-2048' ? 'azure' : type;
        expect((await stage().http('POST', `keymgmt/key/${key}`, { type })).status).toBe(204);
        const purpose = 'encrypt,decrypt,sign,verify,wrap,unwrap';
        const answer = await stage().http('POST', `keymgmt/kms/azure/key/${key}`, { purpose, protection: 'hsm' });
        expect(answer).toMatchObject({ status: 204, text: '' });
      },
      90_000,
    );

    it('reads the distribution as Vault shows it', async () => {
      await read();
      expect(name).toMatch(/^azure-\d{10}$/);
      expect(versions).toEqual({ '1': expect.stringMatching(/^[0-9a-f]{32}$/) as string });
      expect(await stage().noteMaterial()).toBe(3);
    });

    it('decrypts in the vault what the openssl CLI encrypts with the public key of Vault', async () => {
      const oaep = [
        '-pkeyopt',
        'rsa_padding_mode:oaep',
        '-pkeyopt',
        'rsa_oaep_md:sha256',
        '-pkeyopt',
        'rsa_mgf1_md:sha256',
      ];
      const args = ['pkeyutl', '-encrypt', '-pubin', '-inkey', 'key.pem', '-in', 'plain', ...oaep];
      const ciphertext = openssl(args, { 'key.pem': await publicKey(1), plain: 'the plaintext' });
      const body = { alg: 'RSA-OAEP-256', value: ciphertext.toString('base64url') };
      const { value = '' } = await use(`${name}/${versions['1'] ?? ''}`, 'decrypt', body);
      expect(Buffer.from(value, 'base64url').toString()).toBe('the plaintext');
    });

    it('rotates: the newest version signs, and openssl verifies', async () => {
      expect((await stage().http('POST', 'keymgmt/key/azure/rotate')).status).toBe(204);
      await read();
      const digest = openssl(['dgst', '-sha256', '-binary', 'message'], { message: 'the message' });
      const { value = '', kid = '' } = await use(name, 'sign', { alg: 'RS256', value: digest.toString('base64url') });
      expect(kid).toContain(versions['2']);
      const files = { 'key.pem': await publicKey(2), signature: Buffer.from(value, 'base64url') };
      const args = ['dgst', '-sha256', '-verify', 'key.pem', '-signature', 'signature', 'message'];
      expect(openssl(args, files).toString()).toContain('Verified OK');
    });

    it('disables versions below min_enabled_version', async () => {
      expect((await stage().http('POST', 'keymgmt/key/azure', { min_enabled_version: 2 })).status).toBe(204);
      const body = { alg: 'RSA-OAEP-256', value: 'AAAA' };
      expect((await use(`${name}/${versions['1'] ?? ''}`, 'decrypt', body))['status']).toBe('403');
      expect((await stage().http('GET', 'keymgmt/kms/azure/key/azure/status')).body.data?.['verdict']).toBe('in_sync');
    });

    it('removes the key, which the vault can recover, and distributes it anew under another name', async () => {
      const former = name;
      expect((await stage().http('DELETE', 'keymgmt/kms/azure/key/azure')).status).toBe(204);
      expect(vault.keys().find((key) => key.name === former)?.phase).toMatch(/^delet/);
      const again = { purpose: 'decrypt', protection: 'software' };
      expect((await stage().http('POST', 'keymgmt/kms/azure/key/azure', again)).status).toBe(204);
      await read();
      expect(name).not.toBe(former);
      for (const key of ['azure', 'rsa-3072', 'rsa-4096']) {
        expect((await stage().http('DELETE', `keymgmt/kms/azure/key/${key}`)).status).toBe(204);
      }
    });
  },
  () => ({ env: allowing(vault.url, vault.loginUrl) }),
);
