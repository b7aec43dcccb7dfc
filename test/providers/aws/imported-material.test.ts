import { execFileSync } from 'node:child_process';
import { createDecipheriv, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { encryptionContextAad, parseCiphertext } from '../../../dev/aws-kms/ciphertext.ts';
import { startKms } from '../../../dev/aws-kms/kms.ts';
import type { Calls } from '../../../src/providers/aws/calls.ts';
import { awsClient } from '../../../src/providers/aws/client.ts';
import { awsDriver } from '../../../src/providers/aws/driver.ts';
import { realWait } from '../../../src/providers/http/retry.ts';
import { azureDriver } from '../../../src/providers/azure/driver.ts';
import { gcpDriver } from '../../../src/providers/gcp/driver.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { allowing } from '../../support/allowing.ts';
import { inMemoryStorage, startEngine } from '../../support/engine.ts';
import { ACCESS_KEY, REGION } from './harness.ts';
import { importMaterial } from '../calls.ts';
import { material } from '../target.ts';

const A_KEY = '1234abcd-12ab-34cd-56ef-1234567890ab';

const retry = { clock: systemClock, random: Math.random, wait: realWait };

describe('imported key material', () => {
  it('equals the stored key: a KMS ciphertext decrypts with the bytes in storage', async () => {
    const kms = await startKms({ accessKeys: [ACCESS_KEY] });
    const storage = inMemoryStorage();
    const engine = await startEngine({
      storage,
      drivers: {
        awskms: awsDriver({ env: allowing(kms.url), retry }),
        azurekeyvault: azureDriver({ env: {}, retry }),
        gcpckms: gcpDriver({ env: {}, retry }),
      },
    });
    const credentials = { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey };
    await engine.write('key/k', { type: 'aes256-gcm96' });
    await engine.write('kms/aws', {
      provider: 'awskms',
      key_collection: REGION,
      credentials: { ...credentials, endpoint: kms.url },
    });
    expect(await engine.errorOf(engine.write('kms/aws/key/k', { purpose: 'encrypt,decrypt' }))).toBeUndefined();
    const { name } = (await engine.read('kms/aws/key/k')) as { name: string };

    const application = new KMSClient({ region: REGION, endpoint: kms.url, credentials: ACCESS_KEY });
    const { CiphertextBlob } = await application.send(
      new EncryptCommand({
        KeyId: `alias/hashicorp/${name}`,
        Plaintext: Buffer.from('the plan'),
        EncryptionContext: { for: 'us' },
      }),
    );
    const { iv, tag, ciphertext } = parseCiphertext(Buffer.from(CiphertextBlob ?? []));
    // The first byte of the record says its format.
    const key = Buffer.from((await storage.get('material/k/1'))?.value ?? []).subarray(1);
    const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(encryptionContextAad({ for: 'us' }));
    decipher.setAuthTag(tag);
    expect(Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString()).toBe('the plan');
    application.destroy();
    await kms.close();
  });

  it('unwraps with the openssl CLI and the private wrapping key', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 4096,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const imported: Parameters<Calls['importKeyMaterial']>[0][] = [];
    const asked: Parameters<Calls['getParametersForImport']>[0][] = [];
    const recorded = {
      getParametersForImport: async (input: Parameters<Calls['getParametersForImport']>[0]) => {
        asked.push(input);
        return { PublicKey: publicKey, ImportToken: Buffer.from('token'), $metadata: {} };
      },
      importKeyMaterial: async (input: Parameters<Calls['importKeyMaterial']>[0]) => {
        imported.push(input);
        return { $metadata: {} };
      },
    };
    const client = awsClient(recorded as unknown as Calls, REGION, retry);
    await importMaterial({ client, signal: new AbortController().signal }, 1, A_KEY, () => material(0x5a));

    expect(asked).toEqual([{ KeyId: A_KEY, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_4096' }]);
    expect(imported[0]).toMatchObject({ KeyId: A_KEY, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' });
    expect(Buffer.from(imported[0]?.ImportToken ?? []).toString()).toBe('token');
    const folder = mkdtempSync(join(tmpdir(), 'import-'));
    try {
      writeFileSync(join(folder, 'key.pem'), privateKey);
      writeFileSync(join(folder, 'blob'), Buffer.from(imported[0]?.EncryptedKeyMaterial ?? []));
      const options = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'];
      const unwrapped = execFileSync(
        'openssl',
        ['pkeyutl', '-decrypt', '-inkey', 'key.pem', '-in', 'blob', ...options.flatMap((each) => ['-pkeyopt', each])],
        { cwd: folder },
      );
      expect(unwrapped.equals(Buffer.alloc(32, 0x5a))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
