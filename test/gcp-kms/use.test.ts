import { execFileSync } from 'node:child_process';
import {
  constants,
  createDecipheriv,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
} from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCiphertext } from '../../dev/gcp-kms/ciphertext.ts';
import type { GcpKmsOptions } from '../../dev/gcp-kms/kms.ts';
import { wrapRsaAesKwp } from '../../src/crypto/wrap-rsa-aes-kwp.ts';
import { connect, newJob, newKey, running, type Client, type Json } from './client.ts';

const AES = 'GOOGLE_SYMMETRIC_ENCRYPTION';

interface Imported {
  readonly client: Client;
  readonly key: string;
  readonly use: (version: number, verb: string, body: Json) => Promise<Json>;
}

async function imported(
  algorithm: string,
  purpose: string,
  materials: readonly Buffer[],
  options: Partial<GcpKmsOptions> = {},
): Promise<Imported> {
  const client = await connect(await running({ pending: { jobReads: 0, importReads: 0 }, ...options }));
  const key = await newKey(client, { purpose, versionTemplate: { algorithm, protectionLevel: 'HSM' } });
  const job = await newJob(client);
  for (const material of materials) {
    const wrappedKey = wrapRsaAesKwp(job.pem, material, 'sha256').toString('base64');
    await client.ok('POST', `${key}/cryptoKeyVersions:import`, { algorithm, importJob: job.name, wrappedKey });
  }
  return {
    client,
    key,
    use: (version, verb, body) => client.ok('POST', `${key}/cryptoKeyVersions/${version}:${verb}`, body),
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('encryption', () => {
  const one = Buffer.alloc(32, 1);
  const two = Buffer.alloc(32, 2);

  it('uses the imported bytes of the primary version, and decrypts with whichever it was', async () => {
    const { client, key } = await imported(AES, 'ENCRYPT_DECRYPT', [one, two]);
    expect(await client.refused('POST', `${key}:encrypt`, { plaintext: base64('a') })).toContain(
      'has no primary version',
    );
    await client.ok('POST', `${key}:updatePrimaryVersion`, { cryptoKeyVersionId: '1' });
    const additionalAuthenticatedData = base64('order 7');
    const first = await client.ok('POST', `${key}:encrypt`, { plaintext: base64('a'), additionalAuthenticatedData });
    expect(first['name']).toBe(`${key}/cryptoKeyVersions/1`);
    await client.ok('POST', `${key}:updatePrimaryVersion`, { cryptoKeyVersionId: '2' });
    const second = await client.ok('POST', `${key}:encrypt`, { plaintext: base64('b') });
    expect(second['name']).toBe(`${key}/cryptoKeyVersions/2`);
    const { ciphertext } = first;
    const opened = await client.ok('POST', `${key}:decrypt`, { ciphertext, additionalAuthenticatedData });
    expect(opened).toMatchObject({ plaintext: base64('a') });
    expect(opened).not.toHaveProperty('usedPrimary');
    expect(await client.refused('POST', `${key}:decrypt`, { ciphertext })).toContain('Decryption failed');

    const parsed = parseCiphertext(Buffer.from(String(ciphertext), 'base64'));
    if (parsed === undefined) throw new Error('no ciphertext');
    const decipher = createDecipheriv('aes-256-gcm', one, parsed.iv).setAAD(Buffer.from('order 7'));
    expect(decipher.setAuthTag(parsed.tag).update(parsed.sealed).toString()).toBe('a');
  });

  it('refuses a version that is disabled or destroyed, as Cloud KMS words it', async () => {
    const { client, key } = await imported(AES, 'ENCRYPT_DECRYPT', [one]);
    await client.ok('POST', `${key}:updatePrimaryVersion`, { cryptoKeyVersionId: '1' });
    const { ciphertext } = await client.ok('POST', `${key}:encrypt`, { plaintext: base64('a') });
    const version = `${key}/cryptoKeyVersions/1`;
    await client.ok('PATCH', `${version}?updateMask=state`, { state: 'DISABLED' });
    const { json } = await client.request('POST', `${key}:decrypt`, { ciphertext });
    expect(json).toEqual({
      error: {
        code: 400,
        message: `${version} is not enabled, current state is: DISABLED.`,
        status: 'FAILED_PRECONDITION',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.PreconditionFailure',
            violations: [{ type: 'KEY_DISABLED', subject: version }],
          },
        ],
      },
    });
    await client.ok('POST', `${version}:destroy`, {});
    expect(await client.refused('POST', `${key}:encrypt`, { plaintext: base64('a') })).toContain('DESTROY_SCHEDULED');
  });

  it('goes on for a while with what was disabled, and with the primary version before', async () => {
    const { client, key } = await imported(AES, 'ENCRYPT_DECRYPT', [one, two], { staleUses: 1 });
    const encryptedBy = async () => (await client.ok('POST', `${key}:encrypt`, { plaintext: base64('a') }))['name'];
    await client.ok('POST', `${key}:updatePrimaryVersion`, { cryptoKeyVersionId: '1' });
    expect(await encryptedBy()).toBe(`${key}/cryptoKeyVersions/1`);
    expect(await client.ok('POST', `${key}:updatePrimaryVersion`, { cryptoKeyVersionId: '2' })).toMatchObject({
      primary: { name: `${key}/cryptoKeyVersions/2` },
    });
    expect(await encryptedBy()).toBe(`${key}/cryptoKeyVersions/1`);
    expect(await encryptedBy()).toBe(`${key}/cryptoKeyVersions/2`);
    await client.ok('PATCH', `${key}/cryptoKeyVersions/2?updateMask=state`, { state: 'DISABLED' });
    expect(await encryptedBy()).toBe(`${key}/cryptoKeyVersions/2`);
    expect(await client.refused('POST', `${key}:encrypt`, { plaintext: base64('a') })).toContain('is not enabled');
  });

  it('checks CRC-32C, and answers with it', async () => {
    const { client, key } = await imported(AES, 'ENCRYPT_DECRYPT', [one]);
    await client.ok('POST', `${key}:updatePrimaryVersion`, { cryptoKeyVersionId: '1' });
    // The check value of CRC-32C (RFC 3720, B.4 has others): "123456789" gives e3069283.
    const plaintext = base64('123456789');
    expect(await client.ok('POST', `${key}:encrypt`, { plaintext, plaintextCrc32c: String(0xe3069283) })).toMatchObject(
      {
        verifiedPlaintextCrc32c: true,
      },
    );
    expect(await client.refused('POST', `${key}:encrypt`, { plaintext, plaintextCrc32c: '1' })).toContain('checksum');
  });
});

describe('signatures', () => {
  const message = Buffer.from('a message of the tests');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const ecKey = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
  const PSS = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'];

  it.each([
    ['RSA_SIGN_PKCS1_2048_SHA256', rsa, 'sha256', []],
    ['RSA_SIGN_PSS_2048_SHA256', rsa, 'sha256', PSS],
    ['EC_SIGN_P256_SHA256', ecKey('P-256'), 'sha256', []],
    ['EC_SIGN_P384_SHA384', ecKey('P-384'), 'sha384', []],
  ] as const)(
    'by %s are verified by openssl with the public key of the version',
    async (algorithm, key, hash, options) => {
      const material = key.export({ format: 'der', type: 'pkcs8' });
      const { client, key: name, use } = await imported(algorithm, 'ASYMMETRIC_SIGN', [material]);
      const { pem } = await client.ok('GET', `${name}/cryptoKeyVersions/1/publicKey`);
      expect(createPublicKey(String(pem)).equals(createPublicKey(key))).toBe(true);
      const digest = createHash(hash).update(message).digest('base64');
      const folder = mkdtempSync(join(tmpdir(), 'signature-'));
      try {
        writeFileSync(join(folder, 'key.pem'), String(pem));
        for (const body of [{ digest: { [hash]: digest } }, { data: message.toString('base64') }]) {
          const { signature } = await use(1, 'asymmetricSign', body);
          writeFileSync(join(folder, 'signature'), Buffer.from(String(signature), 'base64'));
          const args = ['dgst', `-${hash}`, ...options, '-verify', 'key.pem', '-signature', 'signature'];
          expect(execFileSync('openssl', args, { cwd: folder, input: message, encoding: 'utf8' })).toBe(
            'Verified OK\n',
          );
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
      const path = `${name}/cryptoKeyVersions/1:asymmetricSign`;
      expect(await client.refused('POST', path, { digest: { sha512: digest } })).toContain('INVALID_ARGUMENT');
    },
  );

  it('and decryption do not come from a key of another purpose', async () => {
    const material = rsa.export({ format: 'der', type: 'pkcs8' });
    const algorithm = 'RSA_DECRYPT_OAEP_2048_SHA256';
    const { client, key, use } = await imported(algorithm, 'ASYMMETRIC_DECRYPT', [material]);
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const sealed = publicEncrypt({ key: createPublicKey(rsa), padding, oaepHash: 'sha256' }, message);
    const opened = await use(1, 'asymmetricDecrypt', { ciphertext: sealed.toString('base64') });
    expect(opened).toMatchObject({ plaintext: message.toString('base64') });
    const body = { data: message.toString('base64') };
    expect(await client.refused('POST', `${key}/cryptoKeyVersions/1:asymmetricSign`, body)).toContain('purpose');
  });
});
