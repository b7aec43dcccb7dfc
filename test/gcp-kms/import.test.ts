import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { RING } from '../../dev/gcp-kms/kms.ts';
import { opensslJudge } from '../support/envelope-judges.ts';
import { connect, newJob, newKey, running, settled, steppingClock, wrappingKeys, type Json } from './client.ts';

const DAY = 24 * 60 * 60_000;
const AES = 'GOOGLE_SYMMETRIC_ENCRYPTION';

const wrapByOpenssl = (pem: string, material: Buffer, hash: 'sha1' | 'sha256' = 'sha256'): string =>
  opensslJudge.wrap(createPublicKey(pem), material, hash).toString('base64');

const pkcs8 = (bits: number): Buffer =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ format: 'der', type: 'pkcs8' });

// Both take seconds on a busy machine, which hooks may.
beforeAll(() => Promise.all([3072, 4096].map((bits) => wrappingKeys.take(bits, 0))));

describe('import of material', () => {
  it('goes from PENDING_IMPORT to ENABLED, in the next version of the key, and makes it no primary', async () => {
    const kms = await running();
    const client = await connect(kms);
    const key = await newKey(client);
    const job = await newJob(client);
    const material = randomBytes(32);
    const wrappedKey = wrapByOpenssl(job.pem, material);
    const made = await client.ok('POST', `${key}/cryptoKeyVersions:import`, {
      ...{ algorithm: AES, importJob: job.name, wrappedKey },
    });
    expect(made).toMatchObject({
      name: `${key}/cryptoKeyVersions/1`,
      state: 'PENDING_IMPORT',
      protectionLevel: 'HSM',
      importJob: job.name,
    });
    expect(await settled(client, key)).toMatchObject([{ state: 'ENABLED', importTime: expect.any(String) as unknown }]);
    expect(kms.keys()[0]?.versions[0]?.material).toBe(material.toString('base64'));
    expect(await client.ok('GET', key)).not.toHaveProperty('primary');
    await client.ok('POST', `${key}/cryptoKeyVersions:import`, {
      ...{ algorithm: AES, importJob: job.name, wrappedKey },
    });
    expect(await settled(client, key)).toMatchObject([
      { name: `${key}/cryptoKeyVersions/1` },
      { name: `${key}/cryptoKeyVersions/2` },
    ]);
  });

  it.each([
    ['RSA_OAEP_3072_SHA1_AES_256', 'sha1'],
    ['RSA_OAEP_4096_SHA1_AES_256', 'sha1'],
    ['RSA_OAEP_3072_SHA256_AES_256', 'sha256'],
    ['RSA_OAEP_4096_SHA256_AES_256', 'sha256'],
  ] as const)('opens %s', async (importMethod, hash) => {
    const client = await connect(await running());
    const key = await newKey(client);
    const job = await newJob(client, { importMethod });
    const wrappedKey = wrapByOpenssl(job.pem, randomBytes(32), hash);
    await client.ok('POST', `${key}/cryptoKeyVersions:import`, { algorithm: AES, importJob: job.name, wrappedKey });
    expect(await settled(client, key)).toMatchObject([{ state: 'ENABLED' }]);
  });

  it.each<readonly [string, string, (pem: string) => string, string]>([
    ['31 bytes', AES, (pem) => wrapByOpenssl(pem, randomBytes(31)), "couldn't be unwrapped or wasn't formatted"],
    ['OAEP with SHA-1', AES, (pem) => wrapByOpenssl(pem, randomBytes(32), 'sha1'), "couldn't be unwrapped"],
    ['bytes for RSA', 'RSA_DECRYPT_OAEP_2048_SHA256', (pem) => wrapByOpenssl(pem, randomBytes(32)), "wasn't formatted"],
    [
      ...(['RSA of another size', 'RSA_DECRYPT_OAEP_3072_SHA256'] as const),
      ...([(pem: string) => wrapByOpenssl(pem, pkcs8(2048)), "wasn't formatted"] as const),
    ],
    [
      ...(['PKCS#1 for PKCS#8', 'RSA_DECRYPT_OAEP_2048_SHA256'] as const),
      (pem) => {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        return wrapByOpenssl(pem, privateKey.export({ format: 'der', type: 'pkcs1' }));
      },
      "wasn't formatted",
    ],
    ['no envelope', AES, () => randomBytes(392).toString('base64'), 'too short'],
    ['a broken envelope', AES, () => randomBytes(553).toString('base64'), '64-bit blocks'],
  ])('ends in IMPORT_FAILED for %s', async (_what, algorithm, wrap, reason) => {
    const client = await connect(await running());
    const purpose = algorithm === AES ? 'ENCRYPT_DECRYPT' : 'ASYMMETRIC_DECRYPT';
    const key = await newKey(client, { purpose, versionTemplate: { algorithm, protectionLevel: 'HSM' } });
    const job = await newJob(client);
    await client.ok('POST', `${key}/cryptoKeyVersions:import`, {
      ...{ algorithm, importJob: job.name, wrappedKey: wrap(job.pem) },
    });
    const [version] = await settled(client, key);
    expect(version).toMatchObject({ state: 'IMPORT_FAILED', reimportEligible: true });
    expect(version?.['importFailureReason']).toContain(reason);
    // "It may not be used, enabled, disabled, or destroyed."
    const name = String(version?.['name']);
    expect(await client.refused('POST', `${name}:destroy`, {})).toContain('400 FAILED_PRECONDITION');
    expect(await client.refused('PATCH', `${name}?updateMask=state`, { state: 'ENABLED' })).toContain(
      'FAILED_PRECONDITION',
    );
  });

  it('takes the same material again where it was destroyed, and no other', async () => {
    const clock = steppingClock();
    const kms = await running({ clock, pending: { jobReads: 0, importReads: 0 } });
    const client = await connect(kms);
    const key = await newKey(client);
    const job = await newJob(client);
    const material = randomBytes(32);
    const into = (bytes: Buffer, cryptoKeyVersion?: string): Json => ({
      ...{ algorithm: AES, importJob: job.name, wrappedKey: wrapByOpenssl(job.pem, bytes) },
      ...(cryptoKeyVersion && { cryptoKeyVersion }),
    });
    const { name } = await client.ok('POST', `${key}/cryptoKeyVersions:import`, into(material));
    const version = String(name);
    await settled(client, key);
    const again = `${key}/cryptoKeyVersions:import`;
    expect(await client.refused('POST', again, into(material, version))).toContain('current state is: ENABLED');
    await client.ok('POST', `${version}:destroy`, {});
    expect(await client.refused('POST', again, into(material, version))).toContain('DESTROY_SCHEDULED');
    clock.advance(30 * DAY);
    expect(await client.ok('GET', version)).toMatchObject({ state: 'DESTROYED', reimportEligible: true });
    // The job has expired meanwhile.
    expect(await client.refused('POST', again, into(material, version))).toBe(
      `400 FAILED_PRECONDITION: ImportJob ${job.name} is not active, current state is: EXPIRED.`,
    );
    const second = await newJob(client, {}, 'job-2');
    const wrap = (bytes: Buffer): Json => ({
      ...{ algorithm: AES, importJob: second.name, wrappedKey: wrapByOpenssl(second.pem, bytes) },
      cryptoKeyVersion: version,
    });
    await client.ok('POST', again, wrap(randomBytes(32)));
    expect(await settled(client, key)).toMatchObject([{ state: 'IMPORT_FAILED' }]);
    await client.ok('POST', again, wrap(material));
    expect(await settled(client, key)).toMatchObject([{ state: 'ENABLED', name: version, importJob: second.name }]);
  });

  it('does not open what is wrapped for another job', async () => {
    const client = await connect(await running({ wrappingKeys: wrappingKeyRing() }));
    const key = await newKey(client);
    const one = await newJob(client);
    const other = await newJob(client, {}, 'job-2');
    expect(other.pem).not.toBe(one.pem);
    const wrappedKey = wrapByOpenssl(one.pem, randomBytes(32));
    await client.ok('POST', `${key}/cryptoKeyVersions:import`, { algorithm: AES, importJob: other.name, wrappedKey });
    expect(await settled(client, key)).toMatchObject([{ state: 'IMPORT_FAILED' }]);
  });

  it('refuses what does not fit job, key or algorithm', async () => {
    const kms = await running();
    const client = await connect(kms);
    const key = await newKey(client);
    const job = await newJob(client);
    const software = await newJob(client, { protectionLevel: 'SOFTWARE' }, 'software');
    const wrappedKey = wrapByOpenssl(job.pem, randomBytes(32));
    const given = { algorithm: AES, importJob: job.name, wrappedKey };
    const refused = (change: Json): Promise<string> =>
      client.refused('POST', `${key}/cryptoKeyVersions:import`, { ...given, ...change });
    expect(await refused({ importJob: software.name })).toContain('protection level SOFTWARE');
    expect(await refused({ algorithm: 'EC_SIGN_P256_SHA256' })).toContain('cannot be used with the purpose');
    expect(await refused({ algorithm: 'nonsense' })).toContain("Invalid value at 'algorithm' (TYPE_ENUM)");
    expect(await refused({ importJob: `${RING}/importJobs/none` })).toBe(
      `404 NOT_FOUND: ImportJob ${RING}/importJobs/none not found.`,
    );
    expect(await refused({ wrappedKey: '=' })).toContain("Invalid value at 'wrapped_key' (TYPE_BYTES)");
    expect(await refused({ rsaAesWrappedKey: wrappedKey })).toContain('not both');
    expect(await refused({ material: 'x' })).toContain('Unknown name "material": Cannot find field.');
    expect(await refused({ cryptoKeyVersion: `${key}2/cryptoKeyVersions/1` })).toContain('child of the parent');
    expect(kms.keys()[0]?.versions).toHaveLength(0);
  });
});

describe('import jobs', () => {
  it('have no public key while it is generated, and expire after three days', async () => {
    const clock = steppingClock();
    const client = await connect(await running({ clock, pending: { jobReads: 1, jobMs: 5000 } }));
    const wanted = { importMethod: 'RSA_OAEP_3072_SHA256_AES_256', protectionLevel: 'HSM' };
    const job = await client.ok('POST', `${RING}/importJobs?importJobId=j`, wanted);
    const name = String(job['name']);
    expect(job).toMatchObject({ name: `${RING}/importJobs/j`, state: 'PENDING_GENERATION', ...wanted });
    expect(job).not.toHaveProperty('publicKey');
    expect(await client.ok('GET', name)).not.toHaveProperty('publicKey');
    clock.advance(4999);
    expect(await client.ok('GET', name)).toMatchObject({ state: 'PENDING_GENERATION' });
    clock.advance(1);
    expect(await client.ok('GET', name)).toMatchObject({
      state: 'ACTIVE',
      publicKey: { pem: expect.any(String) as unknown },
    });
    clock.advance(3 * DAY);
    const expired = await client.ok('GET', name);
    expect(expired).toMatchObject({ state: 'EXPIRED', expireEventTime: job['expireTime'] });
    expect(expired).not.toHaveProperty('publicKey');
    expect(await client.refused('POST', `${RING}/importJobs?importJobId=j`, wanted)).toBe(
      `409 ALREADY_EXISTS: ImportJob ${name} already exists.`,
    );
  });
});
