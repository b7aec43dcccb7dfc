import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RING, startGcpKms } from '../../dev/gcp-kms/kms.ts';
import { wrapRsaAesKwp } from '../../src/crypto/wrap-rsa-aes-kwp.ts';
import { connect, newJob, newKey, running, settled, steppingClock, VAULT, type Client, type Json } from './client.ts';

const DAY = 24 * 60 * 60_000;
const AES = 'GOOGLE_SYMMETRIC_ENCRYPTION';

/** Imports random bytes `count` times. */
async function importInto(client: Client, key: string, count = 1, id = 'job-1'): Promise<void> {
  const job = await newJob(client, {}, id);
  for (let at = 0; at < count; at++) {
    const wrappedKey = wrapRsaAesKwp(job.pem, randomBytes(32), 'sha256').toString('base64');
    await client.ok('POST', `${key}/cryptoKeyVersions:import`, { algorithm: AES, importJob: job.name, wrappedKey });
  }
  await settled(client, key);
}

describe('crypto keys', () => {
  const create = (client: Client, key: Json, id = 'k', query = '&skipInitialVersionCreation=true'): Promise<string> =>
    client.refused('POST', `${RING}/cryptoKeys?cryptoKeyId=${id}${query}`, key);
  const symmetric = { purpose: 'ENCRYPT_DECRYPT', importOnly: true };

  it('answer as the documents show them, and exist once', async () => {
    const client = await connect(await running());
    const name = await newKey(client, { labels: { managed_by: 'vault' } });
    const key = await client.ok('GET', name);
    expect(key).toEqual({
      name: `${RING}/cryptoKeys/app-1700000000`,
      purpose: 'ENCRYPT_DECRYPT',
      createTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/) as unknown,
      versionTemplate: { protectionLevel: 'HSM', algorithm: AES },
      labels: { managed_by: 'vault' },
      importOnly: true,
      destroyScheduledDuration: '2592000s',
    });
    expect(await create(client, symmetric, 'app-1700000000')).toBe(
      `409 ALREADY_EXISTS: CryptoKey ${name} already exists.`,
    );
    // An empty list has no member for it.
    expect(await client.ok('GET', `${name}/cryptoKeyVersions`)).toEqual({ totalSize: 0 });
  });

  it.each<[string, Json, string?, string?]>([
    ['an id with a dot', symmetric, 'a.b'],
    ['an id of 64 characters', symmetric, 'k'.repeat(64)],
    ['a first version of a key that takes imports only', symmetric, 'k', ''],
    ['no purpose', { importOnly: true }],
    ['no algorithm for a signing key', { purpose: 'ASYMMETRIC_SIGN', importOnly: true }],
    [
      'an algorithm of another purpose',
      { purpose: 'ASYMMETRIC_SIGN', versionTemplate: { algorithm: 'RSA_DECRYPT_OAEP_2048_SHA256' } },
    ],
    ['a label with an upper case letter', { ...symmetric, labels: { Managed: 'x' } }],
    ['a label value with a dot', { ...symmetric, labels: { managed: 'a.b' } }],
    ['a label value of 64 characters', { ...symmetric, labels: { managed: 'a'.repeat(64) } }],
    ['65 labels', { ...symmetric, labels: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`l${at}`, ''])) }],
    ['destruction in 121 days', { ...symmetric, destroyScheduledDuration: '10454400s' }],
    ['an unknown field', { ...symmetric, import_onyl: true }],
    ['an unknown parameter', symmetric, 'k', '&skipInitialVersionCreation=true&dryRun=true'],
  ])('are refused with %s', async (_what, key, id, query) => {
    const kms = await running();
    expect(await create(await connect(kms), key, id, query)).toContain('400 INVALID_ARGUMENT');
    expect(kms.keys()).toEqual([]);
  });

  it('take enums as numbers, snake_case, and answer with numbers where that is asked', async () => {
    const client = await connect(await running());
    const path = `${RING}/cryptoKeys?crypto_key_id=k&skip_initial_version_creation=true&$alt=json;enum-encoding=int`;
    const template = { algorithm: 10, protection_level: 2 };
    const made = await client.ok('POST', path, { purpose: 6, import_only: true, version_template: template });
    expect(made).toMatchObject({ purpose: 6, versionTemplate: { algorithm: 10, protectionLevel: 2 } });
  });

  it('without importOnly have versions that Google generates, and the others have none', async () => {
    const client = await connect(await running());
    const made = await client.ok('POST', `${RING}/cryptoKeys?cryptoKeyId=k`, { purpose: 'ENCRYPT_DECRYPT' });
    expect(made).toMatchObject({ primary: { name: `${RING}/cryptoKeys/k/cryptoKeyVersions/1`, state: 'ENABLED' } });
    const imported = await newKey(client);
    expect(await client.refused('POST', `${imported}/cryptoKeyVersions`, {})).toContain('400 FAILED_PRECONDITION');
  });

  it('have a primary version only if they encrypt, and it is enabled', async () => {
    const client = await connect(await running());
    const key = await newKey(client);
    await importInto(client, key, 2);
    const primary = (id: string): Promise<Json> =>
      client.ok('POST', `${key}:updatePrimaryVersion`, { cryptoKeyVersionId: id });
    expect(await primary('2')).toMatchObject({ primary: { name: `${key}/cryptoKeyVersions/2` } });
    await client.ok('PATCH', `${key}/cryptoKeyVersions/1?updateMask=state`, { state: 'DISABLED' });
    const refused = (of: string, id: string): Promise<string> =>
      client.refused('POST', `${of}:updatePrimaryVersion`, { cryptoKeyVersionId: id });
    expect(await refused(key, '1')).toContain('400 FAILED_PRECONDITION');
    expect(await refused(key, '9')).toContain('404 NOT_FOUND');
    const versionTemplate = { algorithm: 'EC_SIGN_P256_SHA256', protectionLevel: 'HSM' };
    const signing = await newKey(client, { purpose: 'ASYMMETRIC_SIGN', versionTemplate }, 'signing');
    expect(await refused(signing, '1')).toContain('400 INVALID_ARGUMENT');
  });
});

describe('versions', () => {
  it('are listed by pages, in their order', async () => {
    const client = await connect(await running({ pending: { jobReads: 0, importReads: 0 } }));
    const key = await newKey(client);
    await importInto(client, key, 5);
    const names: unknown[] = [];
    let token = '';
    do {
      const page = await client.ok('GET', `${key}/cryptoKeyVersions?pageSize=2&pageToken=${token}`);
      names.push(...(page['cryptoKeyVersions'] as Json[]).map(({ name }) => name));
      expect(page['totalSize']).toBe(5);
      token = (page['nextPageToken'] as string | undefined) ?? '';
    } while (token !== '');
    expect(names).toEqual([1, 2, 3, 4, 5].map((number) => `${key}/cryptoKeyVersions/${number}`));
    expect(await client.refused('GET', `${key}/cryptoKeyVersions?pageToken=x`)).toContain('INVALID_ARGUMENT');
  });

  it('are enabled and disabled by their state alone, and not while an import is pending', async () => {
    const client = await connect(await running({ pending: { jobReads: 0, importReads: 1 } }));
    const key = await newKey(client);
    const version = `${key}/cryptoKeyVersions/1`;
    const job = await newJob(client);
    const wrappedKey = wrapRsaAesKwp(job.pem, randomBytes(32), 'sha256').toString('base64');
    await client.ok('POST', `${key}/cryptoKeyVersions:import`, { algorithm: AES, importJob: job.name, wrappedKey });
    const patch = (state: string, mask = 'state') =>
      client.request('PATCH', `${version}?updateMask=${mask}`, { state });
    expect(await patch('DISABLED')).toMatchObject({ status: 400, json: { error: { status: 'FAILED_PRECONDITION' } } });
    expect(await client.refused('POST', `${version}:destroy`, {})).toContain('PENDING_IMPORT');
    await settled(client, key);
    expect(await patch('DISABLED')).toMatchObject({ status: 200, json: { state: 'DISABLED' } });
    expect(await patch('ENABLED')).toMatchObject({ status: 200, json: { state: 'ENABLED' } });
    expect(await patch('DESTROYED')).toMatchObject({ json: { error: { status: 'INVALID_ARGUMENT' } } });
    expect(await patch('DISABLED', '')).toMatchObject({ json: { error: { status: 'INVALID_ARGUMENT' } } });
  });

  it('are destroyed after the time of their key, and restored before it as disabled', async () => {
    const clock = steppingClock();
    const client = await connect(await running({ clock }));
    const key = await newKey(client, { destroyScheduledDuration: `${2 * 24 * 60 * 60}s` });
    await importInto(client, key);
    const version = `${key}/cryptoKeyVersions/1`;
    expect(await client.ok('POST', `${version}:destroy`, {})).toMatchObject({
      state: 'DESTROY_SCHEDULED',
      destroyTime: new Date(clock.now() + 2 * DAY).toISOString().replace('Z', '000000Z'),
    });
    expect(await client.refused('POST', `${version}:destroy`, {})).toContain('400 FAILED_PRECONDITION');
    expect(await client.ok('POST', `${version}:restore`, {})).toMatchObject({ state: 'DISABLED' });
    await client.ok('POST', `${version}:destroy`, {});
    clock.advance(2 * DAY);
    expect(await client.ok('GET', version)).toMatchObject({ state: 'DESTROYED' });
    expect(await client.refused('POST', `${version}:restore`, {})).toContain('400 FAILED_PRECONDITION');
    expect(await client.refused('GET', `${key}/cryptoKeyVersions/2`)).toContain('404 NOT_FOUND');
  });
});

it('a snapshot, through JSON, goes on where it was taken', async () => {
  const kms = await running();
  const client = await connect(kms);
  const key = await newKey(client);
  await importInto(client, key, 2);
  await client.ok('POST', `${key}:updatePrimaryVersion`, { cryptoKeyVersionId: '1' });
  const { ciphertext } = await client.ok('POST', `${key}:encrypt`, { plaintext: 'aGVsbG8=' });
  const snapshot = JSON.parse(JSON.stringify(kms.snapshot())) as ReturnType<typeof kms.snapshot>;
  const next = await startGcpKms({ serviceAccounts: [VAULT], snapshot });
  try {
    const again = await connect(next);
    expect(next.keys().map(({ resource }) => resource)).toEqual(kms.keys().map(({ resource }) => resource));
    expect(await again.ok('POST', `${key}:decrypt`, { ciphertext })).toMatchObject({ plaintext: 'aGVsbG8=' });
    expect(next.importJobs()).toEqual({ [`${RING}/importJobs/job-1`]: 'ACTIVE' });
  } finally {
    await next.close();
  }
});
