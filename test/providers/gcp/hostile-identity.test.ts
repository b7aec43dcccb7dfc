import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyFile } from '../../../dev/gcp-kms/identity/service-account.ts';
import { gcpDriver } from '../../../src/providers/gcp/driver.ts';
import { clockOf } from '../../support/clock.ts';
import { startEngine } from '../../support/engine.ts';
import { allowing } from '../../support/allowing.ts';
import { clientOf, refuseSecrets, saying, serve, type Hostile } from './hostile.ts';
import { credentialsOf, keyFileFor, quickRetry, RING, running, VAULT } from './harness.ts';

const { signal } = new AbortController();
/** A token of a service that is not Google's. */
const TOKEN = 'ya29.a-token-of-the-service';

/** A folder that is gone with the test. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'gcp-identity-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

/** What a check says, and how often Cloud KMS was asked. */
async function checked(
  hostile: Omit<Hostile, 'endpoint'>,
): Promise<{ readonly problem: string | undefined; readonly asked: readonly (string | undefined)[] }> {
  const asked: (string | undefined)[] = [];
  const endpoint = await serve(({ headers }, response) => {
    asked.push(headers.authorization);
    response.end('{}');
  });
  const { problem } = await clientOf({ ...hostile, endpoint }).probePermissions(signal);
  refuseSecrets('a check', problem);

  expect(problem ?? '').not.toMatch(/[\u0000-\u001f\u202e]/);
  return { problem, asked };
}

const good = { access_token: TOKEN, expires_in: 3599, token_type: 'Bearer' };

describe('a token endpoint', () => {
  it.each<[string, RequestListener, string]>([
    ['answers HTML', saying(200, '<html>'), 'the answer has no token'],
    ['answers null', saying(200, 'null'), 'the answer has no token'],
    ['answers a list', saying(200, [good]), 'the answer has no token'],
    ['answers in gzip', saying(200, gzipSync(JSON.stringify(good))), 'the answer has no token'],
    [
      'answers what is not UTF-8',
      saying(200, Buffer.from('{"access_token":"ya29.\xff\xfe"}', 'latin1')),
      'the answer has no token',
    ],
    [
      'has a prototype in its answer',
      saying(200, `{"__proto__":{"access_token":"${TOKEN}"}}`),
      'the answer has no token',
    ],
    ['gives a token that is a list', saying(200, { ...good, access_token: [TOKEN] }), 'the answer has no token'],
    ['gives an empty token', saying(200, { ...good, access_token: '' }), 'the answer has no token'],
    [
      'gives a token with CR LF',
      saying(200, { ...good, access_token: `${TOKEN}\r\nx-goog-user-project: other` }),
      'the answer has no token',
    ],
    ['gives a token with a space', saying(200, { ...good, access_token: `${TOKEN} x` }), 'the answer has no token'],
    [
      'gives a token of 20 kB',
      saying(200, { ...good, access_token: TOKEN.padEnd(20_000, 'x') }),
      'the answer has no token',
    ],
    [
      'gives two tokens, the second of them none',
      saying(200, `{"access_token":"${TOKEN}","access_token":7}`),
      'the answer has no token',
    ],
    ['gives an ID token only', saying(200, { id_token: TOKEN }), 'the answer has no token'],
    ['gives a MAC token', saying(200, { ...good, token_type: 'MAC' }), 'a token of another type than Bearer'],
    [
      'gives a token of no type',
      saying(200, { ...good, token_type: ['Bearer'] }),
      'a token of another type than Bearer',
    ],
    ['redirects', saying(307, '', { location: 'http://127.0.0.1:1/' }), 'refused: HTTP 307'],
    ['refuses in HTML', saying(403, '<html>'), 'refused: HTTP 403'],
    ['refuses with other types', saying(400, { error: ['a'], error_description: { b: 1 } }), 'refused: HTTP 400'],
    [
      'refuses with control characters',
      saying(400, { error: 'invalid_grant', error_description: 'a\u001b[31m\r\nb\u202e' }),
      'refused: invalid_grant, a [31m b',
    ],
    ['sends more than 1 MB', saying(200, ' '.repeat(1_100_000)), 'is larger than 1 MB'],
    ['closes the connection', (request) => void request.socket.destroy(), 'lost the connection to'],
  ])('that %s gives no token, and Cloud KMS is not asked', async (_what, answer, text) => {
    const { problem, asked } = await checked({ identityUrl: await serve(answer) });
    expect(problem).toMatch(/^no credentials from configuration: /);
    expect(problem).toContain(text);
    expect(asked).toEqual([]);
  });

  it('that does not answer is waited for as long as for any answer', async () => {
    const { problem, asked } = await checked({ identityUrl: await serve(() => undefined), requestTimeoutMs: 300 });
    expect(problem).toMatch(/no answer from 127\.0\.0\.1:\d+ in time/);
    expect(asked).toEqual([]);
  });

  it('that repeats what it was sent is not repeated', async () => {
    const identityUrl = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on(
        'end',
        () => void response.writeHead(400).end(JSON.stringify({ error: 'invalid_grant', error_description: body })),
      );
    });
    const { problem } = await checked({ identityUrl });
    expect(problem).toContain('[redacted]');
  });

  it('that repeats a key is not repeated', async () => {
    const lines = VAULT.privateKey.slice(100, 500);
    const error_description = `${lines} ${lines.replaceAll('\n', '')}`;
    const identityUrl = await serve(saying(400, { error: 'invalid_grant', error_description }));
    expect((await checked({ identityUrl })).problem).toContain('[redacted]');
  });

  it.each([1e300, 3_599_999_999, -1, 0, '3599', null, undefined, { a: 1 }])(
    'that says that a token expires in %j is asked again in time',
    async (expires_in) => {
      let asked = 0;
      const identityUrl = await serve((_request, response) => {
        asked++;
        response.end(JSON.stringify({ ...good, expires_in }));
      });
      const endpoint = await serve(saying(200, {}));
      let now = Date.now();
      const retry = { clock: clockOf(() => now), random: () => 0, wait: async () => undefined };
      const client = clientOf({ endpoint, identityUrl, retry });
      await client.surveyNames(signal);
      now += 60 * 60_000;
      await client.surveyNames(signal);
      expect(asked).toBe(2);
    },
  );

  it('whose tokens Cloud KMS refuses is asked once a call, as a new token is not better than a new one', async () => {
    let asked = 0;
    const identityUrl = await serve((_request, response) => {
      asked++;
      response.end(JSON.stringify({ ...good, access_token: `${TOKEN}-${asked}` }));
    });
    const endpoint = await serve(saying(401, { error: { code: 401, status: 'UNAUTHENTICATED', message: 'no' } }));
    const client = clientOf({ endpoint, identityUrl });
    for (const most of [1, 2, 3]) {
      expect(await client.surveyNames(signal)).toMatchObject({ outcome: 'unreachable' });
      expect(asked).toBe(most);
    }
  });
});

describe('a metadata server', () => {
  const flavor = { 'metadata-flavor': 'Google' };
  it.each<[string, RequestListener, string]>([
    ['is that of another cloud', saying(200, good), 'it is not that of Google Cloud'],
    [
      'is that of another cloud by its header',
      saying(200, good, { 'metadata-flavor': 'Other' }),
      'it is not that of Google Cloud',
    ],
    ['has no service account', saying(404, 'not found', flavor), 'the machine has no service account'],
    ['answers HTML', saying(200, '<html>', flavor), 'the answer has no token'],
    [
      'gives a token with CR LF',
      saying(200, { ...good, access_token: `${TOKEN}\r\n` }, flavor),
      'the answer has no token',
    ],
    ['redirects', saying(302, '', { ...flavor, location: 'http://127.0.0.1:1/' }), 'refused: HTTP 302'],
    ['sends more than 1 MB', saying(200, ' '.repeat(1_100_000), flavor), 'is larger than 1 MB'],
  ])('that %s gives no token', async (_what, answer, text) => {
    const { host } = new URL(await serve(answer));
    const { problem, asked } = await checked({ identityUrl: '', credentials: {}, env: { GCE_METADATA_HOST: host } });
    expect(problem).toMatch(/^no credentials from metadata server: /);
    expect(problem).toContain(text);
    expect(asked).toEqual([]);
  });

  it('that is not there, as outside Google Cloud, is waited for two seconds, once', async () => {
    let visits = 0;
    const { host } = new URL(
      await serve(() => {
        visits++;
      }),
    );
    const begun = performance.now();
    const { problem } = await checked({
      ...{ identityUrl: '', credentials: {}, env: { GCE_METADATA_HOST: host }, requestTimeoutMs: 100_000 },
      retry: quickRetry(),
    });
    expect(problem).toContain('no answer from');
    expect(problem).toContain('none in GOOGLE_CREDENTIALS, the configuration, GOOGLE_APPLICATION_CREDENTIALS');
    expect(visits).toBe(1);
    const seconds = (performance.now() - begun) / 1_000;
    expect(seconds).toBeGreaterThan(1.9);
    expect(seconds).toBeLessThan(90);
  });
});

describe('credentials in a configuration', () => {
  const google = keyFile(VAULT, 'https://oauth2.googleapis.com/token');
  const external = {
    type: 'external_account',
    audience: 'a',
    subject_token_type: 't',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: { file: '/etc/hostname' },
  };
  const impersonated = {
    type: 'impersonated_service_account',
    service_account_impersonation_url:
      'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b:generateAccessToken',
    source_credentials: google,
  };
  const offCloud = "that is not one of Google's services for tokens";
  const universe = 'has a universe_domain other than googleapis.com';
  it.each<[string, object | string, string]>([
    [
      'with a token_uri off the cloud',
      { ...google, token_uri: 'https://oauth2.googleapis.com.example.net/token' },
      offCloud,
    ],
    ['with a token_uri of http', { ...google, token_uri: 'http://oauth2.googleapis.com/token' }, offCloud],
    [
      'with a token_uri on another port',
      { ...google, token_uri: 'https://oauth2.googleapis.com:8443/token' },
      offCloud,
    ],
    [
      'with a token_uri behind a name',
      { ...google, token_uri: 'https://oauth2.googleapis.com@example.net/token' },
      offCloud,
    ],
    ['with a token_uri of a trailing dot', { ...google, token_uri: 'https://oauth2.googleapis.com./token' }, offCloud],
    ['with a token_uri that is link-local', { ...google, token_uri: 'http://169.254.169.254/token' }, 'link-local'],
    ['with a token_uri of a file', { ...google, token_uri: 'file:///etc/passwd' }, 'token_uri that is not a URL'],
    ['with a token_uri that is no URL', { ...google, token_uri: 'oauth2' }, 'token_uri that is not a URL'],
    ['with a token_uri of Cloud Storage', { ...google, token_uri: 'https://storage.googleapis.com/token' }, offCloud],
    ['of another universe', { ...google, universe_domain: 'example.goog' }, universe],
    ['of a universe that is none', { ...google, universe_domain: ['googleapis.com'] }, universe],
    [
      'of a user of another universe',
      { type: 'authorized_user', client_id: 'a', client_secret: 'b', refresh_token: 'c', universe_domain: 'x.goog' },
      universe,
    ],
    [
      'with source credentials of another universe',
      { ...impersonated, source_credentials: { ...google, universe_domain: 'x.goog' } },
      universe,
    ],
    [
      'with source credentials that go off the cloud',
      { ...impersonated, source_credentials: { ...google, token_uri: 'https://x.example/' } },
      offCloud,
    ],
    [
      'that impersonate off the cloud',
      { ...impersonated, service_account_impersonation_url: 'https://iamcredentials.example.net/x' },
      offCloud,
    ],
    [
      'with external source credentials',
      { ...impersonated, source_credentials: external },
      'have its operator give them',
    ],
    ['of a federation', external, 'have its operator give them'],
    [
      'with an executable',
      { ...external, credential_source: { executable: { command: '/bin/sh -c id' } } },
      'of type executable, which the engine does not run',
    ],
    [
      'with an executable beside a file',
      { ...external, credential_source: { file: '/x', executable: {} } },
      'of type executable, which',
    ],
    ['with members in a prototype', `{"__proto__":${JSON.stringify(google)}}`, 'has no type that the engine knows'],
    ['with a type of "constructor"', { ...google, type: 'constructor' }, 'has no type that the engine knows'],
    [
      'with a key twice, the second of them none',
      `{${JSON.stringify(google).slice(1, -1)},"private_key":"x"}`,
      'a private_key that is not an RSA key',
    ],
    [
      'with a key of a list',
      { ...google, private_key: [google['private_key']] },
      'lacks one of client_email and private_key',
    ],
    ['of 100 kB', { ...google, x: 'x'.repeat(100_000) }, 'is longer than credentials of Google are'],
    ['that are nested', `{"a":${'['.repeat(30_000)}`, 'is not JSON'],
  ])('%s are refused, and nothing is sent', (_what, content, text) => {
    const credentials_json = typeof content === 'string' ? content : JSON.stringify(content);
    const driver = gcpDriver({ env: {}, retry: quickRetry() });
    const problem = driver.validateConfig({ keyCollection: RING, credentials: credentialsOf({ credentials_json }) });
    refuseSecrets('a refusal', problem);
    expect(problem).toContain(text);
  });
});

describe('credentials of the server', () => {
  const federated = (identityUrl: string, over: object = {}): string =>
    JSON.stringify({
      ...{ type: 'external_account', audience: 'a', subject_token_type: 't', token_url: `${identityUrl}/v1/token` },
      ...{ credential_source: { file: '/nonexistent/token' }, ...over },
    });
  const check = (identityUrl: string, content: string, env: Readonly<Record<string, string>> = {}) =>
    checked({ identityUrl, credentials: {}, env: { GOOGLE_CREDENTIALS: content, ...env } });
  const sts = async (): Promise<{ url: string; bodies: string[] }> => {
    const bodies: string[] = [];
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        bodies.push(body);
        response.end(JSON.stringify(good));
      });
    });
    return { url, bodies };
  };

  it.each<[string, object, string]>([
    [
      'a token_url off the cloud',
      { token_url: 'https://sts.example.net/v1/token' },
      "that is not one of Google's services",
    ],
    ['an executable', { credential_source: { executable: { command: 'touch /tmp/x' } } }, 'of type executable, which'],
    [
      'AWS as its source',
      { credential_source: { environment_id: 'aws1', url: 'http://169.254.169.254' } },
      'of a type that the engine does not know',
    ],
    [
      'a certificate as its source',
      { credential_source: { certificate: {} } },
      'of a type that the engine does not know',
    ],
    [
      'an impersonation off the cloud',
      { service_account_impersonation_url: 'http://127.0.0.1:9/x' },
      "that is not one of Google's services",
    ],
    ['another universe', { universe_domain: 'example.goog' }, 'has a universe_domain other than'],
  ])('of a federation with %s are refused, and nothing is sent', async (_what, over, text) => {
    const { url, bodies } = await sts();
    const { problem, asked } = await check(url, federated(url, over));
    expect(problem).toContain(text);
    expect([bodies, asked]).toEqual([[], []]);
  });

  it.each<[string, (path: string) => string, string]>([
    ['a folder', (path) => path, '(not a file)'],
    ['a link to a folder', (path) => (symlinkSync('/etc', join(path, 'l')), join(path, 'l')), '(not a file)'],
    ['a link to a device', (path) => (symlinkSync('/dev/zero', join(path, 'l')), join(path, 'l')), '(not a file)'],
    ['a device', () => '/dev/zero', '(not a file)'],
    [
      'a pipe that nobody writes to',
      (path) => (execFileSync('/usr/bin/mkfifo', [join(path, 'p')]), join(path, 'p')),
      '(not a file)',
    ],
    [
      'a link that leads nowhere',
      (path) => (symlinkSync('/nonexistent', join(path, 'l')), join(path, 'l')),
      '(ENOENT)',
    ],
    ['a link to itself', (path) => (symlinkSync('l', join(path, 'l')), join(path, 'l')), '(ELOOP)'],
    [
      'a file of 1 MB',
      (path) => (writeFileSync(join(path, 'f'), 'x'.repeat(1024 * 1024)), join(path, 'f')),
      '(too large)',
    ],
  ])('in %s are not read, and it is not waited for', async (_what, make, text) => {
    const path = make(folder());
    const { url, bodies } = await sts();
    const subject = await check(url, federated(url, { credential_source: { file: path } }));
    expect(subject.problem).toContain(`the file of credential_source cannot be read by the plugin ${text}`);
    // Whoever may write a configuration may write such a path.
    const own = await checked({ identityUrl: url, credentials: { service_account_file: path } });
    expect(own.problem).toContain(`the file cannot be read by the plugin ${text}`);
    expect([bodies, subject.asked, own.asked]).toEqual([[], [], []]);
  });

  it('are read through a link, as Kubernetes makes them', async () => {
    const path = folder();
    writeFileSync(join(path, 'data'), 'a-token\n');
    symlinkSync('data', join(path, 'token'));
    const { url, bodies } = await sts();
    const { problem } = await check(url, federated(url, { credential_source: { file: join(path, 'token') } }));
    expect(problem).toBeUndefined();
    expect(new URLSearchParams(bodies[0]).get('subject_token')).toBe('a-token');
  });

  it.each<[string, string, object | undefined]>([
    ['an empty text', ' \n', undefined],
    ['several lines', 'root:x:0:0\ndaemon:x:1:1\n', undefined],
    ['a text of 20 kB', 'x'.repeat(20_000), undefined],
    ['JSON where a text is told of', '{"a": "b c"}', undefined],
    ['a member with a line break', '{"t":"a\\nb"}', { type: 'json', subject_token_field_name: 't' }],
  ])('are no token where a file holds %s', async (_what, text, format) => {
    const file = join(folder(), 'token');
    writeFileSync(file, text);
    const { url, bodies } = await sts();
    const { problem } = await check(url, federated(url, { credential_source: { file, format } }));
    expect(problem).toContain('what credential_source gives is not a token');
    expect(bodies).toEqual([]);
  });

  it.each(['{}', '[]', 'null', 'x', '{"t":""}', '{"t":7}', '{"__proto__":{"t":"a"}}'])(
    'are missing where %s is to hold a token',
    async (text) => {
      const file = join(folder(), 'token');
      writeFileSync(file, text);
      const { url } = await sts();
      const format = { type: 'json', subject_token_field_name: 't' };
      const { problem } = await check(url, federated(url, { credential_source: { file, format } }));
      expect(problem).toContain('no member of the name in subject_token_field_name');
    },
  );
});

describe('one project that does not answer', () => {
  it('does not hold up another', async () => {
    const kms = await running();
    const silent = await serve(() => undefined);
    const driver = gcpDriver({
      env: allowing(kms.url, kms.identityUrl, silent),
      retry: quickRetry(),
      requestTimeoutMs: 60_000,
    });
    const engine = await startEngine({ drivers: { gcpckms: driver } });
    const credentials_json = keyFileFor(kms);
    const gcp = { provider: 'gcpckms', key_collection: RING };
    await engine.write('kms/good', { ...gcp, credentials: { credentials_json, endpoint: kms.url } });
    await engine.write('kms/broken', { ...gcp, credentials: { credentials_json, endpoint: silent } });
    for (const key of ['one', 'two']) await engine.write(`key/${key}`, { type: 'aes256-gcm96' });
    const use = { purpose: 'encrypt,decrypt', protection: 'hsm' };
    let isOver = false;
    const broken = engine.errorOf(engine.write('kms/broken/key/one', use)).finally(() => (isOver = true));
    await engine.write('kms/good/key/two', use);
    await engine.write('key/two/rotate');
    expect(kms.keys()[0]?.versions).toHaveLength(2);
    expect(isOver).toBe(false);
    void broken;
  });
});
