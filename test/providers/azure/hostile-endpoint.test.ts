import { createServer as createSocketServer } from 'node:net';
import type { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { inspect } from 'node:util';
import { generateKeyPairSync, createPrivateKey } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { TENANT } from '../../../dev/azure-key-vault/key-vault.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import { ATTEMPT_LABEL, type KmsClient } from '../../../src/providers/port.ts';
import { desiredOf } from '../contract/stage.ts';
import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { APPLICATION, makeKeysFirst } from './cloud-under-test.ts';
import { hostile, http, listen, SECRETS, type Answer, type Hostile, type Tamper } from './hostile-vault.ts';
import {
  alive,
  creating,
  failureOf,
  MAKE_KEK,
  materialOf,
  on,
  removing,
  scene,
  TAKE_NAME,
  type Scene,
  type SceneOptions,
} from './scene.ts';

/** In what an endpoint says; nobody may repeat it. */
const MARK = 'of-somebody-else';
const { signal } = new AbortController();
const OTHER_TENANT = '77777777-0000-4000-8000-000000000007';
const EC: SceneOptions = { keyType: 'ecdsa-p256', purposes: ['sign', 'verify'] };

makeKeysFirst();
afterEach(() => {
  expect(alive.size, 'material that is not destroyed').toBe(0);
});

/** A vault with one version of one key, and the record of it; answers are as they should be until then. */
async function distributed(at: Hostile, options: SceneOptions = EC): Promise<Scene> {
  const made = scene(at.driver, at.open(), options);
  await made.reach(desiredOf({ 1: true }));
  return made;
}

/** Every method of the port, each with what it ends in. */
async function askAll(client: KmsClient, at: Scene): Promise<readonly unknown[]> {
  const target = at.target();
  const id = target.id(1, '') ?? `${at.name}/${'a'.repeat(32)}`;
  const asked = await Promise.allSettled<unknown>([
    client.create(creating(2), at.attempt(2), target, signal),
    client.perform(TAKE_NAME, target, signal),
    client.perform(MAKE_KEK, { ...target, wrappingKey: 'another-1700000000' }, signal),
    client.perform(on(1, 'disable'), target, signal),
    client.perform(on(1, 'set_current'), target, signal),
    client.perform(removing(at.name), target, signal),
    client.find({ attempt: 'attempt-9', version: 2, distributedName: at.name }, target, signal),
    client.observe(target, signal),
    client.observeName(target, '', signal),
    client.account(signal, true),
    client.readLabels(id, signal),
    client.inspect(id, signal),
    client.surveyNames(signal),
    client.findByLabel('vault-keymgmt-key', 'k', signal),
    client.probePermissions(signal),
  ]);
  return asked.map((each) => {
    if (each.status === 'fulfilled') return each.value;
    expect(each.reason).toBeInstanceOf(ProviderError);
    return each.reason as unknown;
  });
}

const textOf = (value: unknown): string => inspect(value, { depth: 12, showHidden: true, maxStringLength: null });

/** What may follow from no answer that is not a vault's. */
const CONCLUSIONS =
  /state: '(gone|removed|made|ready|enabled|disabled)'|points: |outcome: '(proven|absent|found|unknown|seen)'/;

const BROKEN: readonly [string, Partial<Answer>][] = [
  ['answers nonsense in 200', { status: 200, raw: `<html>${MARK}` }],
  ['answers null', { status: 200, raw: 'null' }],
  ['answers a list', { status: 200, json: [MARK] }],
  ['answers a number', { status: 200, raw: '7' }],
  ['answers nothing', { status: 200, raw: '' }],
  ['answers 204', { status: 204, raw: '' }],
  ['answers nested lists', { status: 200, raw: '['.repeat(100_000) }],
  ['answers nested objects', { status: 200, raw: '{"key":'.repeat(50_000) + '1' + '}'.repeat(50_000) }],
  [
    'answers other types than asked for',
    {
      status: 200,
      json: {
        key: [MARK],
        attributes: MARK,
        tags: [MARK],
        value: { kid: MARK },
        nextLink: 7,
        access_token: {},
        expires_in: [],
      },
    },
  ],
  ['answers a key of nobody', { status: 200, json: { key: { kid: MARK, n: 5 }, attributes: { enabled: 'yes' } } }],
  ['has a prototype in its answer', { status: 200, raw: `{"__proto__":{"key":{"kid":"${MARK}"},"value":[]}}` }],
  [
    'answers in gzip',
    { status: 200, raw: gzipSync(`{"value":[],"key":{"kid":"${MARK}"}}`), headers: { 'content-encoding': 'gzip' } },
  ],
  ['answers what is no UTF-8', { status: 200, raw: Buffer.from(`{"key":{"kid":"\xff${MARK}"}}`, 'latin1') }],
  ['answers a megabyte', { status: 200, raw: `{"key":"${MARK.repeat(80_000)}"}` }],
  ['answers HTML in 400', { status: 400, raw: `<html>${MARK}` }],
  ['answers HTML in 403', { status: 403, raw: `<html>${MARK}` }],
  ['answers HTML in 404', { status: 404, raw: `<html>${MARK}` }],
  ['answers HTML in 409', { status: 409, raw: `<html>${MARK}` }],
  ['answers HTML in 503', { status: 503, raw: `<html>${MARK}` }],
  ['answers 404 of another service', { status: 404, json: { error: { code: 'ResourceNotFound', message: 'x' } } }],
  ['says in 503 that there is no such key', { status: 503, json: { error: { code: 'KeyNotFound', message: 'x' } } }],
  ['says that there is no such key, without a message', { status: 404, json: { error: { code: 'KeyNotFound' } } }],
  ['says in 302 that there is no such key', { status: 302, json: { error: { code: 'KeyNotFound', message: 'x' } } }],
  ['names the code "constructor"', { status: 404, json: { error: { code: 'constructor', message: 'x' } } }],
  ['names the code "__proto__"', { status: 404, raw: '{"error":{"code":"__proto__","message":"x"}}' }],
  [
    'names an object as the code',
    { status: 404, json: { error: { code: { a: MARK }, message: { a: MARK }, innererror: MARK } } },
  ],
  ['has an error that is a text', { status: 400, json: { error: `<${MARK}>`, message: MARK } }],
  ['has too large a head', { status: 200, headers: { 'x-large': 'x'.repeat(100_000) } }],
  ['has a request id of its own', { status: 400, headers: { 'x-ms-request-id': MARK }, json: {} }],
  ['answers a status of its own', { status: 999, raw: MARK }],
];

describe('every method settles, believes nothing and repeats nothing when a vault', () => {
  it.each(BROKEN)('%s', async (_title, answer) => {
    const at = await hostile();
    const made = await distributed(at);
    at.tamper(({ to }) => (to === 'vault' ? answer : undefined));
    const answers = await askAll(at.open(), made);
    expect(textOf(answers)).not.toContain(MARK);
    expect(textOf(answers)).not.toMatch(CONCLUSIONS);
    for (const each of SECRETS) expect(textOf(answers)).not.toContain(each);
  });

  it('never answers', async () => {
    const at = await hostile({ limitMs: 150 });
    const made = await distributed(at);
    at.tamper(({ to }) => (to === 'vault' ? 'never' : undefined));
    expect(textOf(await askAll(at.open(), made))).not.toMatch(CONCLUSIONS);
  });
});

describe('no request reaches a vault, and no secret is shown, when a sign-in service', () => {
  it.each([
    ...BROKEN,
    ['never answers', 'never'] as const,
    ['gives a token that is no text', { status: 200, json: { access_token: 7, expires_in: 60 } }] as const,
    [
      'gives a token with a line break',
      { status: 200, json: { access_token: `a\r\nhost: ${MARK}`, expires_in: 60 } },
    ] as const,
    [
      'gives a token of 20,000 characters',
      { status: 200, json: { access_token: 'x'.repeat(20_000), expires_in: 60 } },
    ] as const,
    ['gives an empty token', { status: 200, json: { access_token: '', expires_in: 60 } }] as const,
    ['gives a token that has ended', { status: 200, json: { access_token: 'token-value', expires_in: -1 } }] as const,
    ['gives a token without an end', { status: 200, json: { access_token: 'token-value' } }] as const,
    ['gives a token until never', { status: 200, json: { access_token: 'token-value', expires_in: 'never' } }] as const,
    [
      'gives a token of another tenant',
      { status: 200, json: { access_token: jwt({ tid: OTHER_TENANT }), expires_in: 60 } },
    ] as const,
    [
      'describes a failure by hundreds of thousands of spaces',
      {
        status: 400,
        json: { error: 'invalid_client', error_description: `AADSTS99999: wrong${' '.repeat(400_000)}${MARK}` },
      },
    ] as const,
    [
      'repeats the secret',
      {
        status: 400,
        json: {
          error: APPLICATION.secret,
          error_description: `AADSTS99999: wrong \u001b[31m${APPLICATION.secret}\r\n${encodeURIComponent(APPLICATION.secret)}. ${MARK}`,
        },
      },
    ] as const,
  ])('%s', async (_title, answer) => {
    const at = await hostile({ limitMs: 150 });
    at.tamper(({ to }) => (to === 'login' ? answer : undefined));
    const client = at.open();
    const error = await failureOf(client.readLabels('k-1700000000', signal));
    expect(error).toMatchObject({ ambiguous: false });
    expect(error.message).toMatch(/^KeyGet: no credentials from configuration: /);
    const { problem } = await client.probePermissions(signal);
    for (const text of [error.message, problem ?? '']) {
      expect(text).not.toContain(MARK);
      expect(text).not.toMatch(/[^\x20-\x7e…]/);
      for (const each of [...SECRETS, 'token-value']) expect(text).not.toContain(each);
    }
    expect(problem).toBeDefined();
    expect(at.asked.filter(({ to }) => to === 'vault')).toEqual([]);
  });
});

describe('a token is used for a day at most', () => {
  it.each([1e300, '1e999', 315_360_000])('although it is said to be good for %s s', async (seconds) => {
    const at = await hostile();
    at.tamper(({ to }, { json }) =>
      to === 'login' ? { json: { ...(json as object), expires_in: seconds } } : { status: 503, json: {} },
    );
    const client = at.open();
    const signedIn = (): number => at.asked.filter(({ to }) => to === 'login').length;
    for (const hours of [0, 23, 2]) {
      at.pass(hours * 3_600_000);
      await failureOf(client.account(signal, true).then(() => client.readLabels('k-1700000000', signal)));
      expect(signedIn()).toBe(hours === 2 ? 2 : 1);
    }
  });
});

function jwt(claims: object): string {
  return ['{}', JSON.stringify(claims), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');
}

describe('a request goes nowhere else', () => {
  async function canary(): Promise<{ readonly url: string; readonly visits: () => number }> {
    let visits = 0;
    const url = await http((_request, response) => {
      visits++;
      response.end('{}');
    });
    return { url, visits: () => visits };
  }

  it.each([301, 302, 303, 307, 308])('after a redirect %s', async (status) => {
    const { url, visits } = await canary();
    const at = await hostile();
    const made = await distributed(at);
    for (const where of ['vault', 'login'] as const) {
      at.tamper(({ to }) => (to === where ? { status, headers: { location: url }, raw: '' } : undefined));
      await askAll(at.open(), made);
    }
    expect(visits()).toBe(0);
  });

  it('after a challenge that leads elsewhere', async () => {
    const { url, visits } = await canary();
    const at = await hostile();
    const made = await distributed(at);
    const challenge = `Bearer authorization="${url}/${TENANT}", resource="${url}"`;
    at.tamper(({ to }) =>
      to === 'vault' ? { status: 401, headers: { 'www-authenticate': challenge }, json: {} } : undefined,
    );
    const before = at.asked.length;
    const client = at.open();
    expect(await client.account(signal, true)).toBe(TENANT);
    await askAll(client, made);
    expect(visits()).toBe(0);
    const signedIn = at.asked.slice(before).filter(({ to }) => to === 'login');
    expect(new Set(signedIn.map(({ path }) => path))).toEqual(new Set([`/${TENANT}/oauth2/v2.0/token`]));
    // A token that is new is not asked for again, however often it is refused.
    expect(signedIn).toHaveLength(1);
  });

  it('but tells of the tenant that a challenge names, which the engine compares with the one on record', async () => {
    const at = await hostile();
    const names = (text: string): void => {
      at.tamper(() => ({ status: 401, headers: { 'www-authenticate': text }, json: {} }));
    };
    const client = at.open();
    names(
      `Bearer authorization="https://login.microsoftonline.com/${OTHER_TENANT}", resource="https://vault.azure.net"`,
    );
    expect(await client.account(signal, true)).toBe(OTHER_TENANT);
    for (const text of [
      'Bearer',
      `Bearer authorization="https://x/common"`,
      `authorization="ftp://x/${TENANT}"`,
      'x'.repeat(9_000),
    ]) {
      names(text);
      expect(await client.account(signal, true)).toBeUndefined();
    }
  });

  it.each<[string, (own: string, elsewhere: string) => unknown]>([
    ['to another host', (_own, elsewhere) => `${elsewhere}/keys?api-version=7.4&$skiptoken=x`],
    ['to another path', (own) => `${own}/secrets?$skiptoken=x`],
    ['with a user', (own, elsewhere) => `${own}@${elsewhere.slice(7)}/keys?$skiptoken=x`],
    ['that is no URL', () => 'keys?$skiptoken=x'],
    ['that is no text', () => ({ url: 'x' })],
    ['of a megabyte', (own) => `${own}/keys?$skiptoken=${'x'.repeat(900_000)}`],
    ['to another scheme', (own) => `${own.replace('http:', 'https:')}/keys?$skiptoken=x`],
  ])('after a nextLink %s', async (_title, link) => {
    const { url, visits } = await canary();
    const at = await hostile({
      vaults: [
        { name: 'test-vault', permissions: { [APPLICATION.clientId]: [...AZURE_DOCUMENTED_PERMISSIONS, 'list'] } },
      ],
    });
    at.tamper(({ path }, { json }) =>
      path === '/keys' ? { json: { ...(json as object), nextLink: link(at.url, url) } } : undefined,
    );
    const client = at.open();
    expect(await client.surveyNames(signal)).toMatchObject({ outcome: 'unreachable' });
    expect((await client.findByLabel('key', 'k', signal)).incomplete).toMatch(/^KeyList: /);
    expect(visits()).toBe(0);
    expect(at.asked.filter(({ to, path }) => to === 'vault' && path !== '/keys')).toEqual([]);
    expect(at.asked.filter(({ path }) => path === '/keys')).toHaveLength(2);
  });
});

describe('a list ends', () => {
  it.each<[string, (nth: number) => string, number, string]>([
    ['that leads to itself', () => 'again', 2, 'KeyList: the list does not end'],
    ['that leads in a circle', (nth) => `page-${nth % 3}`, 4, 'KeyList: the list does not end'],
    ['that has no end', (nth) => `page-${nth}`, 1_001, 'KeyList: the list does not end'],
  ])('%s', async (_title, token, most, why) => {
    let pages = 0;
    const at = await hostile();
    at.tamper(({ to, path }) =>
      to === 'vault'
        ? { status: 200, json: { value: [], nextLink: `${at.url}${path}?$skiptoken=${token(pages++)}` } }
        : undefined,
    );
    expect(await at.open().surveyNames(signal)).toEqual({ outcome: 'unreachable', why });
    expect(pages).toBeLessThanOrEqual(most);
  });

  it('after 15 s, however many keys a vault claims to have', async () => {
    let pages = 0;
    const at = await hostile({ limitMs: 20_000 });
    at.tamper(({ to, path }) => {
      if (to !== 'vault') return undefined;
      pages++;
      // One is refused once, after which the driver waits for a minute.
      if (pages === 3) return { status: 429, json: { error: { code: 'Throttled', message: 'x' } } };
      return { status: 200, json: { value: [], nextLink: `${at.url}${path}?$skiptoken=${pages}` } };
    });
    expect(await at.open().findByLabel('key', 'k', signal)).toEqual({
      found: [],
      incomplete: 'KeyList: too many keys in the vault to search',
    });
    expect(pages).toBe(4);
  });

  it('at 1,000 versions with the tag', async () => {
    const at = await hostile();
    const value = (name: string): readonly object[] =>
      Array.from({ length: 300 }, (_, index) => ({
        kid: `${at.url}/keys/${name}/${String(index).padStart(32, '0')}`,
        tags: { key: 'k', 'vault-keymgmt-version': '1' },
      }));
    at.tamper(({ to, path }) => {
      if (to !== 'vault') return undefined;
      const [, name] = /^\/keys\/(.+)\/versions$/.exec(path) ?? [];
      if (name !== undefined) return { status: 200, json: { value: value(name) } };
      const keys = Array.from({ length: 9 }, (_, index) => ({ kid: `${at.url}/keys/k-170000000${index}` }));
      return { status: 200, json: { value: keys } };
    });
    const { found, incomplete } = await at.open().findByLabel('key', 'k', signal);
    expect([found.length, incomplete]).toEqual([1_000, 'KeyList: more than 1000 key versions have the tag']);
  });
});

describe('the answer about a key is refused when its kid', () => {
  it.each<[string, (kid: string, own: string) => unknown]>([
    ['is of another host', (kid, own) => kid.replace(own, 'https://other-vault.vault.azure.net')],
    ['is of another port', (kid) => kid.replace(/:\d+\//, ':1/')],
    ['is of another scheme', (kid) => kid.replace('http:', 'https:')],
    ['has a user', (kid) => kid.replace('://', '://user:password@')],
    ['is of another key', (kid) => kid.replace(/keys\/[^/]+/, 'keys/other-1700000000')],
    ['leads to another key', (kid) => kid.replace(/keys\/([^/]+)/, 'keys/other/../$1')],
    ['leads out of the keys', (kid) => kid.replace('/keys/', '/x/../keys/')],
    ['has an encoded part', (kid) => kid.replace('/keys/', '/%6beys/')],
    ['has a line break', (kid) => kid.replace('/keys/', '/ke\nys/')],
    ['has a backslash', (kid) => kid.replace('/keys/', '\\keys/')],
    ['has a query', (kid) => `${kid}?x`],
    ['has a fragment', (kid) => `${kid}#x`],
    ['has no version', (kid) => kid.replace(/\/[^/]+$/, '')],
    ['has a version of another form', (kid) => kid.replace(/[^/]+$/, 'latest')],
    ['is no text', () => 7],
    ['is missing', () => undefined],
  ])('%s', async (_title, change) => {
    const at = await hostile();
    const made = await distributed(at);
    const tampering: Tamper = ({ to }, { json }) => {
      const { key } = json as { key?: { kid: string } };
      return to === 'vault' && key
        ? { json: { ...(json as object), key: { ...key, kid: change(key.kid, at.url) } } }
        : undefined;
    };
    at.tamper(tampering);
    const target = made.target();
    const client = at.open();
    const refused = expect.stringMatching(/cannot be read, or is of another key$/) as string;
    expect(await failureOf(client.perform(on(1, 'disable'), target, signal))).toMatchObject({ message: refused });
    expect(await failureOf(client.perform(MAKE_KEK, { ...target, wrappingKey: 'new' }, signal))).toMatchObject({
      message: refused,
      ambiguous: true,
    });
    const { versions, names } = await client.observe(target, signal);
    expect([...versions, ...names]).toMatchObject([
      { outcome: 'unreachable', why: refused },
      { outcome: 'unreachable' },
    ]);
    // Only the answer of an import is tampered with, so that it is reached.
    at.tamper((asked, answer) => (asked.method === 'PUT' ? tampering(asked, answer) : undefined));
    const other = scene(at.driver, at.open(), { ...EC, name: 'l-1700000001', protection: 'software' });
    expect(await failureOf(other.take(creating(1)))).toMatchObject({ message: refused, ambiguous: true });
  });

  it('is twice there: the one that is used is the one that is checked', async () => {
    const at = await hostile();
    const made = await distributed(at);
    at.tamper(({ to }, { json }) => {
      const { key } = json as { key?: { kid: string } };
      if (to !== 'vault' || !key) return undefined;
      const twice = JSON.stringify(json).replace(
        '"kid":',
        `"kid":"${key.kid}","kid":"${at.url}/keys/${MARK}/${'0'.repeat(32)}","x":`,
      );
      return { raw: twice };
    });
    expect(await at.open().observe(made.target(), signal)).toMatchObject({ versions: [{ outcome: 'unreachable' }] });
  });
});

describe('a version that the vault describes', () => {
  it.each([-1, 1e300, '1e999', 'yesterday', null, 8_640_000_000_001])('as made at %s has no time', async (created) => {
    const at = await hostile();
    const made = await distributed(at);
    at.tamper((_asked, { json }) => {
      const { attributes, ...rest } = json as { attributes?: object };
      const text = JSON.stringify({ ...rest, attributes: { ...attributes, created } }).replace('"1e999"', '1e999');
      return attributes ? { raw: text } : undefined;
    });
    const { versions } = await at.open().observe(made.target(), signal);
    expect(versions).toMatchObject([{ state: 'enabled', facts: { resource: expect.any(String) as string } }]);
    expect(versions[0]).not.toHaveProperty('facts.created');
  });

  it.each(['disable', 'enable'] as const)(
    'as it was before is not taken for one that it was asked to %s',
    async (action) => {
      const at = await hostile();
      const made = await distributed(at);
      at.tamper(({ method }, { json }) => {
        const { attributes } = json as { attributes?: object };
        return method === 'PATCH'
          ? { json: { ...(json as object), attributes: { ...attributes, enabled: action === 'disable' } } }
          : undefined;
      });
      const error = await failureOf(at.open().perform(on(1, action), made.target(), signal));
      expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
      expect(error.message).toBe(`KeyUpdate: the vault did not ${action} ${made.target().id(1, '') ?? ''}`);
    },
  );

  it('with the tags of our version, and another public key, is not adopted', async () => {
    const at = await hostile();
    const made = await distributed(at);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    at.tamper(({ to, path }, { json }) => {
      const { key, tags } = json as { key?: { kid: string }; tags?: object };
      if (to !== 'vault' || !key || path !== `/keys/${made.name}`) return undefined;
      const kid = key.kid.replace(/[^/]+$/, 'f'.repeat(32));
      return {
        json: {
          ...(json as object),
          key: { ...key, ...other, kid },
          tags: { ...tags, [ATTEMPT_LABEL]: 'attempt-9', 'vault-keymgmt-version': '1' },
        },
      };
    });
    const client = at.open();
    const target = made.target();
    const id = `${made.name}/${'f'.repeat(32)}`;
    expect(await client.observeName(target, '', signal)).toMatchObject({
      points: 'stranger',
      holder: { remoteId: id },
    });
    const attempt = { attempt: 'attempt-9', version: 1, distributedName: made.name };
    expect(await client.find(attempt, target, signal)).toMatchObject({ outcome: 'unknown', remoteIds: [id] });
  });

  it('with the attempt, and the key of another mount, is not adopted', async () => {
    const at = await hostile();
    const made = await distributed(at);
    at.tamper((_asked, { json }) => {
      const { tags } = json as { tags?: object };
      return tags ? { json: { ...(json as object), tags: { ...tags, 'vault-keymgmt-mount': MARK } } } : undefined;
    });
    const attempt = { attempt: 'attempt-1', version: 1, distributedName: made.name };
    expect(await at.open().find(attempt, made.target(), signal)).toMatchObject({ outcome: 'unknown' });
  });

  it.each<[string, (key: object) => object]>([
    [
      'has another public key',
      (key) => ({
        ...key,
        ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
        kty: 'EC-HSM',
      }),
    ],
    ['has no public key', ({ ...key }) => ({ ...key, x: undefined })],
    ['is not in the HSM', (key) => ({ ...key, kty: 'EC' })],
    ['has no type', (key) => ({ ...key, kty: undefined })],
  ])('as the answer to an import, and %s, is not recorded', async (_title, change) => {
    const at = await hostile();
    const made = await distributed(at);
    at.tamper(({ to }, { json }) => {
      const { key, tags } = json as { key?: object; tags?: Readonly<Record<string, string>> };
      return to === 'vault' && key && tags?.['vault-keymgmt-version'] === '2'
        ? { json: { ...(json as object), key: change(key) } }
        : undefined;
    });
    const attempt = made.attempt(2);
    const error = await failureOf(at.open().create(creating(2), attempt, made.target(), signal));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    expect(error.message).toBe('KeyImport: the vault answers with another key than that of version 2, which is EC-HSM');
    expect(await at.open().find(attempt, made.target(), signal)).toMatchObject({ outcome: 'unknown' });
  });
});

describe('nothing is wrapped with a key exchange key that', () => {
  const rsa = (modulusLength: number): { n?: string; e?: string } => {
    const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });
    return { n, e };
  };
  const even = (n: string): string => {
    const bytes = Buffer.from(n, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) & 0xfe, bytes.length - 1);
    return bytes.toString('base64url');
  };

  it.each<[string, (key: Record<string, unknown> & { n: string }) => object, object?]>([
    ['has 1024 bits', (key) => ({ ...key, ...rsa(1024) })],
    ['has 3072 bits', (key) => ({ ...key, ...rsa(3072) })],
    ['has no bits', (key) => ({ ...key, n: '' })],
    ['has an even modulus', (key) => ({ ...key, n: even(key.n) })],
    ['has exponent 1', (key) => ({ ...key, e: 'AQ' })],
    ['has exponent 3', (key) => ({ ...key, e: 'Aw' })],
    ['has an even exponent', (key) => ({ ...key, e: 'AQAA' })],
    ['has exponent 0', (key) => ({ ...key, e: 'AA' })],
    ['has no exponent', (key) => ({ ...key, e: undefined })],
    [
      'has an exponent above its modulus',
      (key) => ({ ...key, e: Buffer.concat([Buffer.of(1), Buffer.alloc(512, 1)]).toString('base64url') }),
    ],
    ['is not in the HSM', (key) => ({ ...key, kty: 'RSA' })],
    ['is not RSA', (key) => ({ ...key, kty: 'EC-HSM' })],
    ['is for anything', (key) => ({ ...key, key_ops: [] })],
    ['is for more than import', (key) => ({ ...key, key_ops: ['import', 'unwrapKey'] })],
    ['is not for import', (key) => ({ ...key, key_ops: ['unwrapKey'] })],
    ['can be exported', (key) => key, { exportable: true }],
    ['may be one that can be exported', (key) => key, { exportable: 'maybe' }],
  ])('%s', async (_title, change, attributes = {}) => {
    const at = await hostile();
    const made = scene(at.driver, at.open(), EC);
    await made.take(TAKE_NAME);
    await made.take(MAKE_KEK);
    at.tamper((_asked, { json }) => {
      const { key, ...rest } = json as { key?: Record<string, unknown> & { n: string }; attributes: object };
      return key
        ? { json: { ...rest, key: change(key), attributes: { ...rest.attributes, ...attributes } } }
        : undefined;
    });
    const text =
      'is no key exchange key, which is RSA-HSM of 4096 bits, with the operation import only, and cannot be exported';
    const error = await failureOf(at.open().create(creating(1), made.attempt(1), made.target(), signal));
    expect(error).toMatchObject({ reason: 'invalid_state', ambiguous: false });
    expect(error.message).toContain(text);
    const other = { ...made.target(), wrappingKey: 'another-1700000000' };
    expect((await failureOf(at.open().perform(MAKE_KEK, other, signal))).message).toContain(`a key that ${text}`);
    expect(at.asked.filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});

describe('a refusal', () => {
  it('that repeats the key, the token and control characters is shown without them', async () => {
    const at = await hostile();
    const made = scene(at.driver, at.open(), { keyType: 'rsa-2048', purposes: ['sign'], protection: 'software' });
    await made.take(TAKE_NAME);
    at.tamper(({ to, method, text }) => {
      if (to !== 'vault' || method !== 'PUT') return undefined;
      const key = (JSON.parse(text) as { key: Record<string, string> }).key;
      const message = `no \u001b[31m\r\n\u0000\u202e ${['d', 'p', 'q', 'dp', 'dq', 'qi'].map((name) => key[name]?.slice(7, 90)).join(' ')}`;
      return { status: 400, json: { error: { code: 'BadParameter', message } } };
    });
    const error = await failureOf(made.take(creating(1)));
    expect(error).toMatchObject({ reason: 'invalid_request', code: 'BadParameter' });
    expect(error.message).toMatch(/^KeyImport: no \[31m (\[redacted\] ?){6}\(BadParameter, request id [\w-]+\)$/);
    const jwk = createPrivateKey({ key: materialOf('rsa-2048', 1), format: 'der', type: 'pkcs8' }).export({
      format: 'jwk',
    });
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const) {
      expect(error.message).not.toContain(jwk[name]?.slice(20, 40));
    }
    expect(at.azure.vault.keys()).toHaveLength(1);
  });

  it('that repeats the token is shown without it', async () => {
    const at = await hostile();
    let token = '';
    at.tamper(({ to }, { json }) => {
      if (to === 'login') token = (json as { access_token: string }).access_token;
      return to === 'vault'
        ? { status: 400, json: { error: { code: 'BadParameter', message: `bad ${token}` } } }
        : undefined;
    });
    const { message } = await failureOf(at.open().readLabels('k-1700000000', signal));
    expect(message).toMatch(/^KeyGet: bad \[redacted\]/);
    for (const part of token.split('.')) expect(message).not.toContain(part.slice(0, 20));
  });

  it('is cut to one line of 1,000 characters', async () => {
    const at = await hostile();
    at.tamper(({ to }) =>
      to === 'vault'
        ? { status: 400, json: { error: { code: 'BadParameter', message: 'x\n'.repeat(40_000) } } }
        : undefined,
    );
    const { message } = await failureOf(at.open().readLabels('k-1700000000', signal));
    expect(message).toMatch(/^KeyGet: (x ){400,500}…/);
    expect(message.length).toBeLessThan(1_200);
  });

  it('that asks to wait for years is retried as any other', async () => {
    const at = await hostile();
    at.tamper(({ to }) =>
      to === 'vault'
        ? {
            status: 429,
            headers: { 'retry-after': '99999999999' },
            json: { error: { code: 'Throttled', message: 'x' } },
          }
        : undefined,
    );
    expect(await failureOf(at.open().readLabels('k-1700000000', signal))).toMatchObject({ reason: 'throttled' });
    expect(at.waits.length).toBeGreaterThan(0);
    for (const each of at.waits) expect(each).toBeLessThanOrEqual(4_000);
  });

  it('by 401 leads to one more attempt, however slow the answers are', async () => {
    const at = await hostile();
    let tokens = 0;
    at.tamper(({ to }) => {
      if (to === 'vault') return { status: 401, json: { error: { code: 'Unauthorized', message: 'no' } } };
      // The driver waits for a minute, so that no token is a new one.
      return tokens++ % 2 === 0 ? { status: 429, json: {} } : undefined;
    });
    const error = await failureOf(at.open().readLabels('k-1700000000', signal));
    expect(error).toMatchObject({ reason: 'unauthenticated', ambiguous: false });
    expect(at.asked.map(({ to }) => to)).toEqual(['login', 'login', 'vault', 'login', 'login', 'vault']);
  });
});

describe('a call ends', () => {
  const slowly = (socket: Writable, milliseconds: number, text: string): void => {
    const timer = setInterval(() => socket.write(text), milliseconds);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };

  it.each<[string, () => Promise<string>]>([
    [
      'although the body goes on byte by byte',
      () =>
        http((_request, response) => {
          response.writeHead(200);
          slowly(response, 5, ' ');
        }),
    ],
    [
      'although the head goes on line by line',
      () =>
        listen(
          createSocketServer((socket) => {
            socket.write('HTTP/1.1 200 OK\r\n');
            slowly(socket, 5, 'a: b\r\n');
          }),
        ),
    ],
    [
      'although there is one more 100 each time',
      () =>
        http((_request, response) => {
          const timer = setInterval(() => {
            response.writeContinue();
          }, 5);
          response.on('close', () => {
            clearInterval(timer);
          });
        }),
    ],
  ])('by its timeout %s', async (_title, serve) => {
    const endpoint = await serve();
    const at = await hostile({ limitMs: 150, allowed: [endpoint] });
    const error = await failureOf(at.open({ endpoint }).readLabels('k-1700000000', signal));
    expect(error).toMatchObject({ call: 'KeyGet', ambiguous: true });
    expect((await failureOf(at.open({ authority_host: endpoint }).readLabels('k-1700000000', signal))).ambiguous).toBe(
      false,
    );
  });

  it('in one vault while another one is silent', async () => {
    const at = await hostile({ limitMs: 60_000 });
    const silent = at.open();
    const other = await distributed(at);
    let held = 0;
    at.tamper(({ to, path }) => {
      if (to !== 'vault' || !path.includes('silent')) return undefined;
      held++;
      return 'never';
    });
    const caller = new AbortController();
    const waiting = Array.from({ length: 64 }, (_, index) =>
      silent.observe({ ...other.target(), distributedName: `silent-${index}`, ids: () => new Map() }, caller.signal),
    );
    const settled = Promise.allSettled(waiting);
    await expect.poll(() => held).toBe(64);
    expect((await other.take(creating(2))).changed).toBe(true);
    caller.abort();
    for (const { status } of await settled) expect(status).toBe('rejected');
  });
});
