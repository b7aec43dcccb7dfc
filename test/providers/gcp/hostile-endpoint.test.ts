import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { setMaxListeners } from 'node:events';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GcpKms } from '../../../dev/gcp-kms/kms.ts';
import { recordedAttempt } from '../../../src/providers/attempt.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import type { KmsClient, Target } from '../../../src/providers/port.ts';
import { HOME } from '../../../src/providers/step.ts';
import { clockOf } from '../../support/clock.ts';
import {
  clientOf,
  failureOf,
  frontOf,
  refuseSecrets,
  saying,
  serve,
  serveBytes,
  type Change,
  type Said,
  type Front,
} from './hostile.ts';
import { RING, running, VAULT, wrappingKeys } from './harness.ts';
import { material, NAME, targetOf } from '../target.ts';

/** In what an endpoint says; nobody may repeat it. */
const MARK = 'of-a-metadata-service';
const JOB = 'gcp-wrapping-1700000000';
const { signal } = new AbortController();
// Every method is called at once.
setMaxListeners(0, signal);
const attempt = (version: number) => recordedAttempt({ attempt: `attempt-${version}`, version, distributedName: NAME });

// They take seconds to make, longer than a request waits for an answer.
beforeAll(() => Promise.all([0, 1].map((turn) => wrappingKeys.take(4096, turn))), 120_000);

/** A distribution, and how often its material was read. */
interface Known {
  readonly target: Target;
  material(): number;
}

function known(ids: Readonly<Record<number, string>> = {}, over: Partial<Target> = {}): Known {
  let reads = 0;
  const target = targetOf({
    ids,
    material: (version) => {
      reads++;
      return material(version);
    },
  });
  return { target: { ...target, container: NAME, wrappingKey: JOB, ...over }, material: () => reads };
}

const step = {
  createKey: (client: KmsClient, { target }: Known) =>
    client.perform({ action: 'create_container', place: HOME }, target, signal),
  createJob: (client: KmsClient, { target }: Known) =>
    client.perform({ action: 'create_wrapping_key', place: HOME }, target, signal),
  create: (client: KmsClient, { target }: Known, version = 1) =>
    client.create({ action: 'create', version, place: HOME, to: 'pending' }, attempt(version), target, signal),
  on: (
    client: KmsClient,
    { target }: Known,
    action: 'import' | 'await' | 'enable' | 'disable' | 'set_current' | 'remove',
    version = 1,
  ) => client.perform({ action, version, place: HOME }, target, signal),
};

interface Stage {
  readonly kms: GcpKms;
  readonly front: Front;
  readonly client: KmsClient;
  readonly key: Known;
}

/** A key with two versions in a fake, behind an endpoint that has been honest so far. */
async function stage(): Promise<Stage> {
  const kms = await running();
  const front = await frontOf(kms);
  const client = clientOf({ endpoint: front.url, identityUrl: kms.identityUrl });
  const key = known();
  await step.createKey(client, key);
  for (const version of [1, 2]) await step.create(client, key, version);
  const two = known({ 1: `${NAME}/1`, 2: `${NAME}/2` });
  for (const version of [1, 2]) await step.on(client, two, 'await', version);
  await step.on(client, two, 'set_current', 2);
  return { kms, front, client, key: two };
}

/** A fake without a key, behind an endpoint that is not honest. */
async function facing(change: Change): Promise<Stage> {
  const kms = await running();
  const front = await frontOf(kms, change);
  return { kms, front, client: clientOf({ endpoint: front.url, identityUrl: kms.identityUrl }), key: known() };
}

const imports = ({ front }: Pick<Stage, 'front'>): number =>
  front.asked.filter(({ path }) => path.endsWith(':import')).length;

/** Every method of the port, each with what it ends in. */
async function askAll(client: KmsClient): Promise<readonly unknown[]> {
  const key = known({ 1: `${NAME}/1` });
  const { target } = key;
  const asked = await Promise.allSettled<unknown>([
    step.createKey(client, key),
    step.createJob(client, key),
    step.create(client, key, 2),
    ...(['import', 'await', 'enable', 'disable', 'set_current', 'remove'] as const).map((action) =>
      step.on(client, key, action),
    ),
    client.perform({ action: 'remove_replaced', place: HOME, id: `${NAME}/7` }, target, signal),
    client.perform({ action: 'remove_replaced', place: HOME, id: NAME }, target, signal),
    client.find(attempt(2), target, signal),
    client.find(attempt(2), undefined, signal),
    client.observe(target, signal),
    client.observeName(target, HOME, signal),
    client.inspect(`${NAME}/1`, signal),
    client.readLabels(`${NAME}/1`, signal),
    client.readLabels(NAME, signal),
    client.surveyNames(signal),
    client.findByLabel('vault-keymgmt-key', 'k', signal),
    client.removeObject(`${NAME}/1`, signal),
    client.probePermissions(signal),
  ]);
  return asked.map((each) => {
    if (each.status === 'fulfilled') return each.value;
    expect(each.reason).toBeInstanceOf(ProviderError);
    return each.reason as unknown;
  });
}

const NONSENSE = {
  name: [MARK],
  state: { [MARK]: 1 },
  primary: MARK,
  labels: MARK,
  publicKey: { pem: [MARK] },
  cryptoKeyVersions: { name: MARK },
  cryptoKeys: 7,
  nextPageToken: {},
  permissions: MARK,
};

describe('every method settles without a word of the answer when an endpoint', () => {
  it.each<[string, RequestListener]>([
    ['closes the connection', (request) => request.socket.destroy()],
    ['answers HTML in 200', saying(200, `<html>${MARK}`)],
    ['answers other types than asked for', saying(200, NONSENSE)],
    ['answers null', saying(200, 'null')],
    ['answers a text', saying(200, `"${MARK}"`)],
    ['answers a list', saying(200, [MARK])],
    ['answers nested lists', saying(200, '['.repeat(100_000))],
    ['has a prototype in its answer', saying(200, `{"__proto__":{"name":"${MARK}","state":"ENABLED"}}`)],
    ['says an error in 200', saying(200, { error: { code: 404, status: 'NOT_FOUND', message: MARK } })],
    ['says its name twice', saying(200, `{"name":"${RING}/cryptoKeys/${NAME}","name":"${MARK}"}`)],
    ['answers in gzip', saying(200, gzipSync(`{"name":"${MARK}"}`), { 'content-encoding': 'gzip' })],
    ['answers what is not UTF-8', saying(200, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))],
    ['redirects', saying(307, MARK, { location: 'http://127.0.0.1:1/' })],
    ['redirects with an error of Google', saying(302, { error: { status: 'NOT_FOUND', message: MARK } })],
    ['answers HTML in 403', saying(403, `<html>${MARK}</html>`)],
    ['answers HTML in 404', saying(404, `<html>${MARK}</html>`)],
    ['answers HTML in 503', saying(503, `<html>${MARK}</html>`)],
    ['names a status of its own', saying(400, { error: { status: MARK, message: MARK } })],
    ['names the status "constructor"', saying(400, { error: { status: 'constructor', message: MARK } })],
    ['names the status "__proto__"', saying(400, `{"error":{"status":"__proto__","message":"${MARK}"}}`)],
    ['names a list as the status', saying(404, { error: { status: ['NOT_FOUND'], message: MARK } })],
    ['contradicts its HTTP status', saying(500, { error: { status: 'NOT_FOUND', message: MARK } })],
    ['gives details that are none', saying(404, { error: { status: 'NOT_FOUND', details: [{ reason: MARK }, 7] } })],
    ['gives a message that is none', saying(404, { error: { status: 'NOT_FOUND', message: { a: MARK } } })],
    ['answers a status of its own', saying(999, MARK)],
    ['has too large a head', saying(200, {}, { 'x-large': 'x'.repeat(100_000) })],
    ['has a body of more than 1 MB', saying(200, `{"name":"${MARK.padEnd(1024 * 1024, 'x')}"}`)],
  ])('%s', async (_title, answer) => {
    const { identityUrl } = await running();
    const answers = await askAll(clientOf({ endpoint: await serve(answer), identityUrl }));
    const text = inspect(answers, { depth: 9, showHidden: true, maxStringLength: null });
    expect(text).not.toContain(MARK);
    refuseSecrets('an answer', answers);
  });

  it.each<[string, () => Promise<string>]>([
    ['never answers', () => serve(() => undefined)],
    [
      'sends its head without end',
      () =>
        serveBytes((socket) => {
          socket.write('HTTP/1.1 200 OK\r\n');
          const timer = setInterval(() => socket.write('a: b\r\n'), 5);
          socket.on('close', () => {
            clearInterval(timer);
          });
        }),
    ],
    [
      'sends its body byte by byte',
      () =>
        serve((_request, response) => {
          response.writeHead(200);
          const timer = setInterval(() => response.write(' '), 5);
          response.on('close', () => {
            clearInterval(timer);
          });
        }),
    ],
  ])('%s', async (_title, start) => {
    const { identityUrl } = await running();
    // No retries: each would take its time.
    let waited = 0;
    const wait = async (): Promise<void> => void (waited += 60_000);
    const retry = { clock: clockOf(() => Date.now() + waited), random: () => 0, wait };
    const answers = await askAll(clientOf({ endpoint: await start(), identityUrl, requestTimeoutMs: 300, retry }));
    expect(inspect(answers, { depth: 9 })).toContain('in time');
  });
});

describe('names in an answer', () => {
  const NEIGHBOUR = 'another one beside it';
  /** The name of something else for a name that is right. */
  const OTHERS: readonly (readonly [string, (name: string) => unknown])[] = [
    ['another project', (name) => name.replace('acme-prod', 'acme-other')],
    ['a project by a path', (name) => name.replace('acme-prod', 'acme-other/../acme-prod')],
    ['another location', (name) => name.replace('us-east1', 'us-east2')],
    ['another key ring', (name) => name.replace('keyRings/vault', 'keyRings/vault2')],
    ['a key ring that ours begins with', (name) => name.replace('keyRings/vault', 'keyRings/vaul')],
    ['a path out of the key ring', (name) => name.replace(/(keyRings\/vault)/, '$1/../other')],
    ['a path that leads back', (name) => `${name}/../${name.split('/').at(-1) ?? ''}`],
    ['the name with a slash behind', (name) => `${name}/`],
    ['the name with a line break behind', (name) => `${name}\n`],
    ['the full name of the resource', (name) => `//cloudkms.googleapis.com/${name}`],
    [NEIGHBOUR, (name) => name.replace(/[^/]+$/, (id) => (/^\d+$/.test(id) ? `${Number(id) + 7}` : `${id}x`))],
    ['no text', (name) => [name]],
    ['a longer text than names are', (name) => name.padEnd(5_000, 'x')],
    ['none', () => undefined],
  ];
  const CALLS: readonly (readonly [string, RegExp, (client: KmsClient, key: Known) => Promise<unknown>])[] = [
    ['cryptoKeys.create', /^\/cryptoKeys/, step.createKey],
    ['importJobs.create', /^\/importJobs/, step.createJob],
    ['importJobs.get', /^\/importJobs\/./, (client, key) => step.create(client, key, 3)],
    ['cryptoKeyVersions.import', /:import$/, (client, key) => step.create(client, key, 3)],
    ['cryptoKeyVersions.patch', /Versions\/1$/, (client, key) => step.on(client, key, 'disable')],
    ['cryptoKeys.updatePrimaryVersion', /:updatePrimaryVersion$/, (client, key) => step.on(client, key, 'set_current')],
  ];
  it.each(CALLS)('of %s that are not those of what was asked for are refused', async (call, path, run) => {
    const { kms, front } = await stage();
    // Another import job and another key than those that are there.
    const isNew = call.endsWith('.create');
    const over = isNew ? { distributedName: 'k-1800000000', wrappingKey: 'gcp-wrapping-1800000000' } : {};
    // A creation that is repeated finds what is there.
    const named = isNew ? call.replace('create', '(create|get)') : call;
    const before = imports({ front });
    for (const [what, rename] of OTHERS) {
      // A version that a call makes may have any number.
      if (call === 'cryptoKeyVersions.import' && what === NEIGHBOUR) continue;
      front.change = (json, asked) => (path.test(asked.path) ? { ...json, name: rename(json.name) } : json);
      const client = clientOf({ endpoint: front.url, identityUrl: kms.identityUrl });
      const error = await failureOf(run(client, known({ 1: `${NAME}/1`, 2: `${NAME}/2` }, over)));
      expect(error.message, what).toMatch(new RegExp(`^${named}: the answer of 127.0.0.1:\\d+ cannot be read`));
      // It may have been done: the engine looks before it goes on.
      expect(error.ambiguous, what).toBe(true);
    }
    if (call.startsWith('importJobs')) expect(imports({ front })).toBe(before);
  });

  it('of a list that are not those of the key ring make it unusable', async () => {
    const { front, client, key } = await stage();
    for (const [what, rename] of OTHERS) {
      const first = (list: readonly Said[]): readonly unknown[] =>
        list.map((one, at) => (at === 0 ? { ...one, name: rename(one.name) } : one));
      front.change = (json) => ({
        ...json,
        ...(json.cryptoKeyVersions && { cryptoKeyVersions: first(json.cryptoKeyVersions) }),
        ...(json.cryptoKeys && { cryptoKeys: first(json.cryptoKeys) }),
      });
      const { versions } = await client.observe(key.target, signal);
      if (what === NEIGHBOUR) {
        // It is a version, and not one on record: what is on record is gone.
        expect(versions).toMatchObject([{ state: 'gone' }, { state: 'enabled' }]);
        continue;
      }
      const why = expect.stringContaining('names of another key ring') as string;
      expect(versions, what).toMatchObject([
        { outcome: 'unreachable', why },
        { outcome: 'unreachable', why },
      ]);
      expect((await failureOf(client.find(attempt(3), key.target, signal))).message).toContain('of another key ring');
      expect(await client.surveyNames(signal), what).toMatchObject({ outcome: 'unreachable', why });
      expect(await client.findByLabel('vault-keymgmt-key', 'k', signal)).toMatchObject({ found: [], incomplete: why });
    }
  });

  it('of a version that was destroyed that are those of another lead to a look at the list', async () => {
    const { front, client, key, kms } = await stage();
    for (const [what, rename] of OTHERS) {
      front.change = (json, { path }) => (path.endsWith(':destroy') ? { ...json, name: rename(json.name) } : json);
      expect((await step.on(client, key, 'remove')).seen, what).toMatchObject([{ version: 1, state: 'removed' }]);
      expect(kms.keys()[0]?.versions.map(({ state }) => state)).toEqual(['DESTROY_SCHEDULED', 'ENABLED']);
      expect(front.asked.at(-1)).toMatchObject({ method: 'GET', path: `/cryptoKeys/${NAME}/cryptoKeyVersions` });
    }
  });

  it('may have the number of the project, which nobody can compare', async () => {
    const { front, client, key } = await stage();
    front.change = (json) =>
      JSON.parse(JSON.stringify(json).replaceAll('projects/acme-prod', 'projects/123456789012')) as unknown;
    expect((await client.observe(key.target, signal)).versions).toMatchObject([
      { state: 'enabled' },
      { state: 'enabled' },
    ]);
    expect(await client.observeName(key.target, HOME, signal)).toMatchObject({ points: 2 });
  });

  it('of a new version that is on record are refused, and the record stays as it is', async () => {
    const { front, client, key } = await stage();
    front.change = (json, { path }) =>
      path.endsWith(':import') ? { ...json, name: json.name.replace(/\d+$/, '1') } : json;
    const error = await failureOf(step.create(client, key, 3));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    expect(error.message).toContain('names a CryptoKeyVersion that is on record, as the one that was made');
  });
});

describe('an import job', () => {
  let good: string;
  let n: string;
  beforeAll(async () => {
    const { publicKey } = await wrappingKeys.take(4096, 0);
    good = String(publicKey.export({ format: 'pem', type: 'spki' }));
    n = publicKey.export({ format: 'jwk' }).n ?? '';
  });

  const rsa = (modulus: string, e = 'AQAB'): string =>
    String(
      createPublicKey({ key: { kty: 'RSA', n: modulus, e }, format: 'jwk' }).export({ format: 'pem', type: 'spki' }),
    );
  const modulus = (bits: number): string => {
    const bytes = randomBytes(bits / 8);
    bytes[0] = (bytes[0] ?? 0) | 0x80;
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 1;
    return bytes.toString('base64url');
  };
  const BAD: readonly (readonly [string, () => unknown])[] = [
    ['RSA of 2048 bits', () => VAULT.publicKey],
    ['RSA of 3072 bits', () => rsa(modulus(3072))],
    [
      'RSA of 4095 bits',
      () => rsa(Buffer.concat([Buffer.from([0x7f]), Buffer.from(n, 'base64url').subarray(1)]).toString('base64url')),
    ],
    ['RSA of 8192 bits', () => rsa(modulus(8192))],
    ['RSA with the exponent 1', () => rsa(n, 'AQ')],
    ['RSA with the exponent 3', () => rsa(n, 'Aw')],
    [
      'an elliptic curve',
      () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'pem', type: 'spki' }),
    ],
    ['Ed25519', () => generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' })],
    [
      'RSA-PSS',
      () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey.export({ format: 'pem', type: 'spki' }),
    ],
    [
      'a private key',
      async () => String((await wrappingKeys.take(4096, 0)).privateKey.export({ format: 'pem', type: 'pkcs8' })),
    ],
    [
      'PKCS #1',
      async () => String((await wrappingKeys.take(4096, 0)).publicKey.export({ format: 'pem', type: 'pkcs1' })),
    ],
    ['PEM of something else', () => `-----BEGIN PUBLIC KEY-----\n${MARK}\n-----END PUBLIC KEY-----\n`],
    ['PEM that is cut off', () => good.slice(0, 300)],
    ['no PEM', () => MARK],
    ['an empty text', () => ''],
    ['an object', () => ({ pem: good })],
    ['a text of 100 kB', () => good.padEnd(100_000, '\n')],
    ['nothing', () => undefined],
  ];

  it.each(BAD)('whose public key is %s gets no key material, and is not remembered', async (_what, pem) => {
    const bad = await pem();
    let isBad = true;
    const at = await facing((json, { path }) =>
      isBad && path.startsWith('/importJobs') && json.publicKey ? { ...json, publicKey: { pem: bad } } : json,
    );
    await step.createKey(at.client, at.key);
    const error = await failureOf(step.create(at.client, at.key));
    expect(error).toMatchObject({
      reason: 'unavailable',
      ambiguous: false,
      message: 'importJobs.get: the answer has no public key of RSA_OAEP_4096_SHA256_AES_256',
    });
    expect([at.key.material(), imports(at)]).toEqual([0, 0]);
    isBad = false;
    expect(await step.create(at.client, at.key)).toMatchObject({ changed: true });
    expect(at.kms.keys()).toMatchObject([{ versions: [{ number: 1 }] }]);
  });

  it.each([
    ['another protection level', { protectionLevel: 'SOFTWARE' }],
    ['a protection level that is none', { protectionLevel: ['HSM'] }],
    ['another method', { importMethod: 'RSA_OAEP_4096_SHA1_AES_256' }],
    ['a method without AES', { importMethod: 'RSA_OAEP_4096_SHA256' }],
    ['no method', { importMethod: undefined }],
  ])('that was made with %s is refused', async (_what, over) => {
    const at = await facing((json, { path }) => (path.startsWith('/importJobs') ? { ...json, ...over } : json));
    const error = await failureOf(step.createJob(at.client, at.key));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: false });
    expect(error.message).toBe(
      'importJobs.create: the import job is of another protection level or method than asked for',
    );
    await step.createKey(at.client, at.key);
    // What is there already is somebody else's: another one is made.
    expect((await step.create(at.client, at.key)).seen).toEqual([{ of: 'wrapping_key', name: JOB, state: 'gone' }]);
    expect([at.key.material(), imports(at)]).toEqual([0, 0]);
  });

  it.each([
    ['was', '1999-01-01T00:00:00Z'],
    ['is', new Date().toISOString()],
  ])('that expires when it %s made is refused', async (_what, expireTime) => {
    const at = await facing((json, { path }) => (path.startsWith('/importJobs') ? { ...json, expireTime } : json));
    expect((await failureOf(step.createJob(at.client, at.key))).message).toBe(
      'importJobs.create: the import job has expired when it was made: correct the clock of this machine',
    );
  });

  it.each(['tomorrow', '+275760-09-13T00:00:00Z', 7, undefined, 'Mon, 01 Jan 2035 00:00:00 GMT', 'x'.repeat(10_000)])(
    'that expires at %s, which is no time, is not used',
    async (expireTime) => {
      const at = await facing((json, { path }) => (path.startsWith('/importJobs') ? { ...json, expireTime } : json));
      expect((await failureOf(step.createJob(at.client, at.key))).message).toContain('no public key of');
    },
  );

  it('that never expires is used for three days', async () => {
    const at = await facing((json, { path }) =>
      path.startsWith('/importJobs') ? { ...json, expireTime: '9999-12-31T23:59:59Z' } : json,
    );
    const { seen } = await step.createJob(at.client, at.key);
    const [{ until = '' } = {}] = seen as readonly { readonly until?: string }[];
    const days = (Date.parse(until) - Date.now()) / (24 * 60 * 60_000);
    expect(days).toBeGreaterThan(2.9);
    expect(days).toBeLessThan(3.1);
  });

  it.each(['PENDING_GENERATION', 'PENDING'])('that stays in %s ends in time', async (state) => {
    const at = await facing((json, { path }) => (path.startsWith('/importJobs') ? { ...json, state } : json));
    const error = await failureOf(step.createJob(at.client, at.key));
    if (state === 'PENDING') expect(error.message).toContain('cannot be read');
    else
      expect(error).toMatchObject({
        reason: 'not_ready',
        message: expect.stringContaining('is not generated yet') as string,
      });
    expect(at.front.asked.length).toBeLessThan(40);
    expect([at.key.material(), imports(at)]).toEqual([0, 0]);
  });
});

describe('a CryptoKey', () => {
  const KINDS: readonly (readonly [string, object])[] = [
    ['in software', { versionTemplate: { protectionLevel: 'SOFTWARE', algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION' } }],
    ['of another algorithm', { versionTemplate: { protectionLevel: 'HSM', algorithm: 'AES_256_GCM' } }],
    ['of another purpose', { purpose: 'RAW_ENCRYPT_DECRYPT' }],
    ['that takes versions of Google', { importOnly: undefined }],
    ['that takes imports, it says in words', { importOnly: 'true' }],
  ];

  it.each(KINDS)('that is made %s is refused', async (_what, over) => {
    const at = await facing((json, { path }) => (path === '/cryptoKeys' ? { ...json, ...over } : json));
    const error = await failureOf(step.createKey(at.client, at.key));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    expect(error.message).toBe('cryptoKeys.create: the CryptoKey is of another kind than asked for');
  });

  it.each<readonly [string, object]>([
    ...KINDS,
    ['with the labels of another mount', { labels: { key_name: NAME, 'vault-keymgmt-version': '7' } }],
    ['without labels', { labels: undefined }],
    ['with labels that are a text', { labels: NAME }],
    ['with a prototype as labels', JSON.parse(`{"labels":{"__proto__":{"key_name":"${NAME}"}}}`) as object],
  ])('of the same name %s is not taken', async (_what, over) => {
    const { front, client, key } = await stage();
    expect((await step.createKey(client, key)).seen).toEqual([{ of: 'container', id: NAME, state: 'made' }]);
    front.change = (json, { method }) => (method === 'GET' ? { ...json, ...over } : json);
    const stranger = [{ of: 'name', place: HOME, points: 'stranger' }];
    expect(await step.createKey(client, key)).toEqual({ changed: false, seen: stranger });
  });

  it('of another name is not read in its place', async () => {
    const { front, client, key } = await stage();
    front.change = (json, { method }) =>
      method === 'GET' ? (JSON.parse(JSON.stringify(json).replaceAll(NAME, 'other')) as unknown) : json;
    expect(await client.observeName(key.target, HOME, signal)).toMatchObject({ outcome: 'unreachable' });
    expect((await failureOf(step.createKey(client, key))).message).toContain('cannot be read');
    expect((await failureOf(client.readLabels(NAME, signal))).message).toContain('cannot be read');
  });

  it.each([
    ['of another key', (name: string): unknown => ({ name: name.replace(NAME, 'other') })],
    ['without a name', () => ({})],
    ['of a text', () => 'projects'],
  ])('with a primary version %s is not read', async (_what, primary) => {
    const { front, client, key } = await stage();
    front.change = (json) => (json.primary ? { ...json, primary: primary(json.primary.name) } : json);
    expect(await client.observeName(key.target, HOME, signal)).toMatchObject({ outcome: 'unreachable' });
    expect((await failureOf(step.on(client, key, 'set_current'))).message).toContain('cannot be read');
  });

  it('whose primary version is another one than was set is no success', async () => {
    const { front, client, key } = await stage();
    front.change = (json) =>
      json.primary ? { ...json, primary: { ...json.primary, name: json.primary.name.replace(/\d+$/, '2') } } : json;
    const error = await failureOf(step.on(client, key, 'set_current', 1));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    expect(error.message).toBe('cryptoKeys.updatePrimaryVersion: the answer has another primary version than 1');
  });
});

describe('a version', () => {
  it.each([
    '',
    'PENDING_GENERATION',
    'PENDING_EXTERNAL_DESTRUCTION',
    'GENERATION_FAILED',
    'enabled',
    'toString',
    2,
    null,
    undefined,
  ])('in the state %j is neither taken nor lost', async (state) => {
    const { front, client, key } = await stage();
    const change = (json: { name?: string }): unknown =>
      json.name?.endsWith('/2') === true ? { ...json, state } : json;
    front.change = (json) =>
      json.cryptoKeyVersions ? { ...json, cryptoKeyVersions: json.cryptoKeyVersions.map(change) } : change(json);
    const why = 'cryptoKeyVersions.list: the CryptoKeyVersion is in an unknown state';
    expect((await client.observe(key.target, signal)).versions).toMatchObject([
      { state: 'enabled' },
      { outcome: 'unreachable', why },
    ]);
    for (const action of ['import', 'await', 'enable'] as const) {
      expect((await failureOf(step.on(client, key, action, 2))).message).toContain('is in an unknown state');
    }
    // A lost attempt may be it.
    const one = known({ 1: `${NAME}/1` });
    expect(await client.find(attempt(2), one.target, signal)).toMatchObject({
      outcome: 'unknown',
      remoteIds: [`${NAME}/2`],
    });
  });

  it('that is not to be destroyed is not recorded as removed', async () => {
    const { front, client, key } = await stage();
    front.change = (json, { path }) => (path.endsWith(':destroy') ? { ...json, state: 'ENABLED' } : json);
    const error = await failureOf(step.on(client, key, 'remove'));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    expect(error.message).toBe(`cryptoKeyVersions.destroy: ${NAME}/1 is not to be destroyed, as the answer says`);
    expect((await failureOf(client.removeObject(`${NAME}/2`, signal))).message).toContain('is not to be destroyed');
  });

  it('whose imports fail again and again is not imported for ever', async () => {
    const { front, client, key } = await stage();
    const failed = { state: 'IMPORT_FAILED', importFailureReason: 'Wrapped key is too short.' };
    front.change = (json) =>
      json.cryptoKeyVersions
        ? { ...json, cryptoKeyVersions: json.cryptoKeyVersions.map((each) => ({ ...each, ...failed })) }
        : json;
    for (const _time of [1, 2]) {
      expect((await step.on(client, key, 'await')).seen).toMatchObject([{ version: 1, state: 'created' }]);
    }
    const before = imports({ front });
    const error = await failureOf(step.on(client, key, 'import'));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toBe(`cryptoKeyVersions.import: imports into ${NAME}/1 fail: Wrapped key is too short.`);
    expect(imports({ front })).toBe(before);
  });

  it('that is to be destroyed takes no import', async () => {
    const { front, client, key } = await stage();
    await step.on(client, key, 'remove');
    const before = imports({ front });
    const error = await failureOf(step.on(client, key, 'import'));
    expect(error).toMatchObject({ reason: 'pending_deletion', ambiguous: false });
    expect(imports({ front })).toBe(before);
  });

  it('that stays as it was is seen as it is', async () => {
    const { front, client, key } = await stage();
    front.change = (json, { method }) => (method === 'PATCH' ? { ...json, state: 'ENABLED' } : json);
    expect((await step.on(client, key, 'disable')).seen).toMatchObject([{ version: 1, state: 'enabled' }]);
  });

  const mine = `${RING}/importJobs/${JOB}`;
  it.each([
    ['another KMS', `${RING}/importJobs/other-wrapping-1700000000`],
    ['a person', `${RING}/importJobs/job-1`],
    ['another key ring, by the same id', mine.replace('keyRings/vault', 'keyRings/other')],
    ['another project, by the same id', mine.replace('acme-prod', 'acme-other')],
    ['a path', `${mine}/../x/${JOB}`],
    ['nobody', undefined],
    ['a list', [mine]],
  ])('that came by an import job of %s is not ours', async (_what, importJob) => {
    const { front, client } = await stage();
    front.change = (json) =>
      json.cryptoKeyVersions
        ? { ...json, cryptoKeyVersions: json.cryptoKeyVersions.map((each: object) => ({ ...each, importJob })) }
        : json;
    const one = known({ 1: `${NAME}/1` });
    expect(await client.find(attempt(2), one.target, signal)).toEqual({ outcome: 'absent' });
    await client.perform({ action: 'remove_replaced', place: HOME, id: NAME }, one.target, signal);
    expect(front.asked.filter(({ path }) => path.endsWith(':destroy'))).toEqual([]);
  });

  it('is ours by its import job, and nobody knows whose it is while that has no name', async () => {
    const { client } = await stage();
    const one = known({ 1: `${NAME}/1` });
    expect(await client.find(attempt(2), one.target, signal)).toMatchObject({ outcome: 'proven' });
    const nameless = { ...one.target, wrappingKey: undefined };
    expect(await client.find(attempt(2), nameless, signal)).toMatchObject({
      outcome: 'unknown',
      remoteIds: [`${NAME}/2`],
    });
  });

  it('that is listed twice makes the list unusable', async () => {
    const { front, client, key } = await stage();
    front.change = (json) =>
      json.cryptoKeyVersions
        ? { cryptoKeyVersions: [...json.cryptoKeyVersions, { ...json.cryptoKeyVersions[0], state: 'DESTROYED' }] }
        : json;
    const why = 'cryptoKeyVersions.list: the answer has a CryptoKeyVersion twice';
    expect((await client.observe(key.target, signal)).versions).toMatchObject([{ why }, { why }]);
  });
});

describe('a list', () => {
  const both = async (page: (nth: number) => unknown): Promise<{ at: KmsClient; pages: () => number }> => {
    const { identityUrl } = await running();
    let nth = 0;
    const endpoint = await serve((_request, response) => void response.end(JSON.stringify(page(nth++))));
    return { at: clientOf({ endpoint, identityUrl, requestTimeoutMs: 20_000 }), pages: () => nth };
  };

  it.each<[string, (nth: number) => unknown, number]>([
    ['pages that repeat', () => ({ nextPageToken: 'again' }), 2],
    ['pages that repeat after a while', (nth) => ({ nextPageToken: `page-${nth % 3}` }), 4],
    ['pages without end', (nth) => ({ nextPageToken: `page-${nth}` }), 1_001],
  ])('of %s is given up', async (_what, page, most) => {
    const { at, pages } = await both(page);
    expect(await at.surveyNames(signal)).toEqual({
      outcome: 'unreachable',
      why: 'cryptoKeys.list: the pages of the answer do not end',
    });
    expect(pages()).toBe(most);
    expect((await failureOf(at.find(attempt(1), known().target, signal))).message).toContain('do not end');
  });

  it.each<[string, unknown]>([
    ['a page token that is a number', { nextPageToken: 2 }],
    ['a page token that is an object', { nextPageToken: { a: 1 } }],
    ['a page token of 100 kB', { nextPageToken: 'x'.repeat(100_000) }],
    ['an object in its place', { cryptoKeyVersions: { 0: {} }, cryptoKeys: { length: 0 } }],
    ['a text in its place', { cryptoKeyVersions: '', cryptoKeys: '' }],
    [
      'more than was asked for',
      {
        cryptoKeyVersions: Array.from({ length: 501 }, () => ({})),
        cryptoKeys: Array.from({ length: 501 }, () => ({})),
      },
    ],
  ])('with %s does not say that nothing is there', async (_what, page) => {
    const { at } = await both(() => page);
    expect(await at.surveyNames(signal)).toMatchObject({ outcome: 'unreachable' });
    // Otherwise a version that is there would be imported once more.
    expect((await failureOf(at.find(attempt(1), known().target, signal))).message).toContain('cannot be read');
    const { versions } = await at.observe(known({ 1: `${NAME}/1` }).target, signal);
    expect(versions).toMatchObject([{ outcome: 'unreachable' }]);
  });

  it.each([[null], [7], ['x'], [[]]])('with %j among its items is not used', async (item) => {
    const { at } = await both(() => ({ cryptoKeyVersions: [item], cryptoKeys: [item] }));
    expect((await failureOf(at.find(attempt(1), known().target, signal))).message).toContain('of another key ring');
    expect(await at.surveyNames(signal)).toMatchObject({ outcome: 'unreachable' });
  });

  it('that takes longer than 30 s is given up, although each page is in time', async () => {
    const { identityUrl } = await running();
    let nth = 0;
    const clock = clockOf(() => Date.now() + nth * 4_000);
    const endpoint = await serve((_request, response) => void response.end(`{"nextPageToken":"page-${nth++}"}`));
    const at = clientOf({ endpoint, identityUrl, retry: { clock, random: () => 0, wait: async () => undefined } });
    expect(await at.surveyNames(signal)).toMatchObject({ why: 'cryptoKeys.list: the answer takes more than 30 s' });
    expect(nth).toBe(8);
  });

  it('of keys with our label ends after 30 s with what was found', async () => {
    const { identityUrl } = await running();
    const lists: string[] = [];
    const clock = clockOf(() => Date.now() + lists.length * 4_000);
    const labels = { 'vault-keymgmt-key': 'k' };
    const cryptoKeys = Array.from({ length: 400 }, (_each, at) => ({ name: `${RING}/cryptoKeys/k${at}`, labels }));
    const endpoint = await serve(({ url = '' }, response) => {
      if (url.includes('cryptoKeyVersions')) lists.push(url);
      const [, key = ''] = /cryptoKeys\/(k\d+)/.exec(url) ?? [];
      const name = `${RING}/cryptoKeys/${key}/cryptoKeyVersions/1`;
      response.end(JSON.stringify(key === '' ? { cryptoKeys } : { cryptoKeyVersions: [{ name, state: 'ENABLED' }] }));
    });
    const at = clientOf({ endpoint, identityUrl, retry: { clock, random: () => 0, wait: async () => undefined } });
    const { found, incomplete } = await at.findByLabel('vault-keymgmt-key', 'k', signal);
    expect(incomplete).toBe('too many CryptoKeys in the key ring to search');
    expect([found.length, lists.length]).toEqual([8, 8]);
  });
});

describe('an error', () => {
  const refusing = async (
    status: number,
    error: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<KmsClient> => {
    const { identityUrl } = await running();
    return clientOf({ endpoint: await serve(saying(status, { error }, headers)), identityUrl });
  };

  it('is quoted in one line, and no longer than a message is', async () => {
    const message = `no \u001b[31m\r\n\u0000\u202epermission ${'x'.repeat(50_000)}`;
    const at = await refusing(403, { code: 403, status: 'PERMISSION_DENIED', message });
    const error = await failureOf(step.on(at, known({ 1: `${NAME}/1` }), 'remove'));
    expect(error).toMatchObject({ reason: 'forbidden', code: 'PERMISSION_DENIED', ambiguous: false });
    expect(error.message).toMatch(
      /^cryptoKeyVersions\.destroy: no \[31m permission x{900,1000}… \(PERMISSION_DENIED\); it takes cloudkms\.cryptoKeyVersions\.destroy$/,
    );
  });

  it('does not repeat the token that it was given', async () => {
    const { identityUrl } = await running();
    const endpoint = await serve(({ headers }, response) => {
      const message = `who is ${headers.authorization ?? ''}, in URLs ${encodeURIComponent(headers.authorization ?? '')}`;
      response.writeHead(403).end(JSON.stringify({ error: { status: 'PERMISSION_DENIED', message } }));
    });
    const at = clientOf({ endpoint, identityUrl });
    const error = await failureOf(step.createKey(at, known()));
    expect(error.message).toContain('who is Bearer [redacted], in URLs');
    refuseSecrets('an answer', await askAll(at));
  });

  it.each([
    [500, 'NOT_FOUND'],
    [503, 'ALREADY_EXISTS'],
    [502, 'INVALID_ARGUMENT'],
    [504, 'PERMISSION_DENIED'],
    [302, 'FAILED_PRECONDITION'],
    [500, 'RESOURCE_EXHAUSTED'],
  ])('of HTTP %i does not become a refusal by calling itself %s', async (http, status) => {
    const at = await refusing(http, { code: http, status, message: 'no' });
    const error = await failureOf(step.on(at, known({ 1: `${NAME}/1` }), 'remove'));
    expect(error).toMatchObject({ ambiguous: true, code: undefined });
    expect(['unavailable', 'timeout']).toContain(error.reason);
    expect(error.message).toContain(`gives an answer that is not Google's (HTTP ${http})`);
  });

  it.each([
    [404, 'ALREADY_EXISTS', 'invalid_request'],
    [400, 'NOT_FOUND', 'invalid_request'],
  ])('of HTTP %i that calls itself %s says nothing of what is there', async (http, status, reason) => {
    const at = await refusing(http, { code: http, status, message: 'no' });
    expect(await failureOf(step.createKey(at, known()))).toMatchObject({ reason });
    expect((await client404(at)).outcome).toBe('unreachable');
  });
  const client404 = async (at: KmsClient) => {
    const [seen] = (await at.observe(known({ 1: `${NAME}/1` }).target, signal)).versions;
    return seen as { readonly outcome?: string };
  };

  it.each(['999999999', '-1', 'Fri, 31 Dec 9999 23:59:59 GMT', MARK])(
    'asks for a wait of %s in vain',
    async (after) => {
      let requests = 0;
      let waited = 0;
      const { identityUrl } = await running();
      const endpoint = await serve((_request, response) => {
        requests++;
        const error = { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded' };
        response.writeHead(429, { 'retry-after': after }).end(JSON.stringify({ error }));
      });
      const wait = async (milliseconds: number): Promise<void> => void (waited += milliseconds);
      const retry = { clock: clockOf(() => Date.now() + waited), random: () => 0.5, wait };
      expect(await failureOf(step.createKey(clientOf({ endpoint, identityUrl, retry }), known()))).toMatchObject({
        reason: 'throttled',
      });
      expect(waited).toBeLessThan(45_000);
      expect(requests).toBeLessThan(30);
    },
  );

  it('is not followed to where a redirect leads', async () => {
    let visits = 0;
    const elsewhere = await serve((_request, response) => {
      visits++;
      response.end('{}');
    });
    const { identityUrl } = await running();
    for (const status of [301, 302, 303, 307, 308]) {
      const endpoint = await serve(saying(status, '', { location: elsewhere }));
      const error = await failureOf(step.on(clientOf({ endpoint, identityUrl }), known({ 1: `${NAME}/1` }), 'remove'));
      expect(error.message).toContain(`gives an answer that is not Google's (HTTP ${status})`);
    }
    expect(visits).toBe(0);
  });
});
