import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../../dev/gcp-kms/enums.ts';
import type { Envelope } from '../../dev/gcp-kms/key-view.ts';
import { wrapRsaAesKwp } from '../../src/crypto/wrap-rsa-aes-kwp.ts';
import { opensslJudge, pythonJudge } from '../support/envelope-judges.ts';
import { connect, newJob, newKey, running, settled } from './client.ts';

const judges = [opensslJudge, await pythonJudge()];

const ec = (namedCurve: string): Buffer =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'der', type: 'pkcs8' });
const rsa = (modulusLength: number): Buffer =>
  generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ format: 'der', type: 'pkcs8' });

const MATERIAL: readonly (readonly [Algorithm, string, () => Buffer])[] = [
  ['GOOGLE_SYMMETRIC_ENCRYPTION', 'ENCRYPT_DECRYPT', () => randomBytes(32)],
  ['RSA_DECRYPT_OAEP_2048_SHA256', 'ASYMMETRIC_DECRYPT', () => rsa(2048)],
  ['RSA_SIGN_PSS_3072_SHA256', 'ASYMMETRIC_SIGN', () => rsa(3072)],
  ['EC_SIGN_P256_SHA256', 'ASYMMETRIC_SIGN', () => ec('P-256')],
  ['EC_SIGN_P384_SHA384', 'ASYMMETRIC_SIGN', () => ec('P-384')],
];

/** Sends material in an envelope to the fake; returns what the fake has found in it, and the envelope. */
async function sent(
  [algorithm, purpose]: readonly [Algorithm, string, unknown],
  wrap: (pem: string) => string,
): Promise<{ readonly found: string | undefined; readonly envelope: Envelope }> {
  const kms = await running();
  const client = await connect(kms);
  const key = await newKey(client, { purpose, versionTemplate: { algorithm, protectionLevel: 'HSM' } });
  const job = await newJob(client);
  const wrappedKey = wrap(job.pem);
  await client.ok('POST', `${key}/cryptoKeyVersions:import`, { algorithm, importJob: job.name, wrappedKey });
  expect(await settled(client, key)).toMatchObject([{ state: 'ENABLED', algorithm }]);
  const [envelope] = kms.envelopes();
  if (envelope === undefined) throw new Error('nothing was sent');
  return { found: kms.keys()[0]?.versions[0]?.material, envelope };
}

describe.each(judges)('$name', (judge) => {
  it.skipIf(judge.missing !== undefined).each(MATERIAL)(
    'opens the envelope of %s, as the fake does',
    async (...row) => {
      const material = row[2]();
      const { found, envelope } = await sent(row, (pem) => wrapRsaAesKwp(pem, material, 'sha256').toString('base64'));
      expect(found).toBe(material.toString('base64'));
      const opened = judge.unwrap(createPrivateKey(envelope.privateKey), envelope.wrappedKey, 'sha256');
      expect(opened.equals(material)).toBe(true);
    },
  );

  it.skipIf(judge.missing !== undefined).each(MATERIAL)('wraps %s, and the fake opens it', async (...row) => {
    const material = row[2]();
    const wrap = (pem: string): string => judge.wrap(createPublicKey(pem), material, 'sha256').toString('base64');
    expect((await sent(row, wrap)).found).toBe(material.toString('base64'));
  });
});
