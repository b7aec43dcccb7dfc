import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSocketServer } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ProviderError } from '../../../src/providers/errors.ts';
import { restCalls, type RestCalls, type RestRequest } from '../../../src/providers/http/rest-calls.ts';
import { outboundOf } from '../../../src/support/outbound/outbound.ts';
import { listen } from '../../support/listen.ts';
import { certificateAuthority, type CertificateAuthority } from '../../support/proxy/certificate-authority.ts';

const never = new AbortController().signal;

const http = async (answer: RequestListener): Promise<string> => `http://${await listen(createHttpServer(answer))}`;

function client(
  options: Partial<Parameters<typeof restCalls>[0]> = {},
  env: Readonly<Record<string, string>> = {},
): RestCalls {
  const calls = restCalls({
    outbound: outboundOf(env),
    requestTimeoutMs: 5_000,
    beforeSending: () => undefined,
    ...options,
  });
  onTestFinished(() => {
    calls.close();
  });
  return calls;
}

const request = (url: string, rest: Partial<RestRequest> = {}): RestRequest => ({
  ...{ call: 'things.create', method: 'POST', url: new URL(url), body: { a: 1 }, secrets: [] },
  ...rest,
});

async function failure(answer: Promise<unknown>): Promise<ProviderError> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProviderError)) throw new Error(`expected a ProviderError, got ${String(error)}`);
  return error;
}

describe('a request', () => {
  it('sends JSON, headers and the query, and gives status, headers and JSON back', async () => {
    const seen: unknown[] = [];
    const url = await http((incoming, response) => {
      void textOf(incoming).then((body) => {
        const { method, url: path, headers } = incoming;
        seen.push({ method, path, body, type: headers['content-type'], authorization: headers.authorization });
        response.writeHead(403, { 'x-id': '7' }).end('{"error":{"code":403}}');
      });
    });
    const headers = { authorization: 'Bearer t' };
    const answer = await client().send(request(`${url}/v1/a:b?x=y`, { headers }), never);
    expect(answer).toMatchObject({ status: 403, headers: { 'x-id': '7' }, json: { error: { code: 403 } } });
    expect(seen).toEqual([
      { method: 'POST', path: '/v1/a:b?x=y', body: '{"a":1}', type: 'application/json', authorization: 'Bearer t' },
    ]);
  });

  it('sends a form, and no body where there is none', async () => {
    const seen: unknown[] = [];
    const url = await http((incoming, response) => {
      void textOf(incoming).then((body) => {
        seen.push([incoming.headers['content-type'], incoming.headers['content-length'], body]);
        response.end('no JSON');
      });
    });
    const form = await client().send(request(url, { body: new URLSearchParams({ a: 'b c' }) }), never);
    expect(form).toMatchObject({ status: 200, json: undefined, text: 'no JSON' });
    const get: RestRequest = { call: 'things.get', method: 'GET', url: new URL(url), secrets: [] };
    await client().send(get, never);
    expect(seen).toEqual([
      ['application/x-www-form-urlencoded', '5', 'a=b+c'],
      [undefined, undefined, ''],
    ]);
  });

  it('follows no redirect', async () => {
    let asked = 0;
    const elsewhere = await http((_request, response) => {
      asked++;
      response.end('{}');
    });
    const url = await http((_request, response) => response.writeHead(307, { location: elsewhere }).end());
    expect(await client().send(request(url), never)).toMatchObject({ status: 307, json: undefined });
    expect(asked).toBe(0);
  });

  it('is not sent where the caller refuses its destination', async () => {
    let asked = 0;
    const url = await http((_request, response) => {
      asked++;
      response.end('{}');
    });
    const error = await failure(client({ beforeSending: ({ host }) => `no to ${host}` }).send(request(url), never));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toMatch(/^things\.create: no to 127\.0\.0\.1:\d+$/);
    expect(asked).toBe(0);
  });
});

describe('a request without a complete answer', () => {
  it('is not ambiguous where nobody listens', async () => {
    const server = createSocketServer();
    const host = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(client().send(request(`http://${host}`), never));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: false, code: 'ECONNREFUSED' });
    expect(error.message).toBe(`things.create: cannot reach ${host} (ECONNREFUSED)`);
  });

  it.each([
    ['the connection is closed at once', 'unavailable', (): RequestListener => (incoming) => incoming.socket.destroy()],
    [
      'the connection is closed within the body',
      'unavailable',
      (): RequestListener => (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"a":', () => response.socket?.destroy());
      },
    ],
    ['there is no answer', 'timeout', (): RequestListener => () => undefined],
    [
      'the body does not end',
      'timeout',
      (): RequestListener => (_request, response) => {
        response.writeHead(200).write('{');
      },
    ],
    [
      'the answer is too large',
      'unavailable',
      (): RequestListener => (_request, response) => response.end('"'.padEnd(1024 * 1024 + 2, 'x')),
    ],
  ] as const)('is ambiguous where %s', async (_case, reason, listener) => {
    const url = await http(listener());
    const error = await failure(client({ requestTimeoutMs: 400 }).send(request(url), never));
    expect(error).toMatchObject({ reason, ambiguous: true, call: 'things.create' });
    expect(error.message).toMatch(/^things\.create: (?=.*127\.0\.0\.1:\d+)/);
  });

  it('is not ambiguous where the handshake does not end', async () => {
    const host = await listen(createSocketServer(() => undefined));
    const error = await failure(client({ requestTimeoutMs: 300 }).send(request(`https://${host}`), never));
    expect(error).toMatchObject({ reason: 'timeout', ambiguous: false });
    expect(error.message).toBe(`things.create: no answer from ${host} in time before it was sent`);
  });

  it('is one that cannot be made, of a header that no header can be, and its value is not told', async () => {
    const headers = { authorization: 'Bearer s3cret\nx' };
    const error = await failure(client().send(request('http://127.0.0.1:1', { headers }), never));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).not.toContain('s3cret');
  });

  it('shows none of its secrets, whatever the failure', async () => {
    const url = await http((incoming) => incoming.socket.destroy());
    const { port } = new URL(url);
    const calls = client({ beforeSending: () => 'no token abcdefgh-secret here' });
    const error = await failure(
      calls.send(request(`http://127.0.0.1:${port}`, { secrets: ['abcdefgh-secret'] }), never),
    );
    expect(error.message).toBe('things.create: no token [redacted] here');
  });
});

describe('an abort', () => {
  it('ends a request, and leaves one that has to finish', async () => {
    const aborter = new AbortController();
    const url = await http((incoming, response) => {
      aborter.abort();
      if (incoming.url === '/late') setImmediate(() => response.end('{"made":1}'));
    });
    const error = await failure(client().send(request(`${url}/ever`), aborter.signal));
    expect(error).toMatchObject({ reason: 'timeout', ambiguous: true, message: 'things.create: cancelled' });
    const second = new AbortController();
    const other = await http((_request, response) => {
      second.abort();
      setImmediate(() => response.end('{"made":1}'));
    });
    const answer = await client().send(request(other, { finishes: true }), second.signal);
    expect(answer.json).toEqual({ made: 1 });
  });

  it('is heeded before anything is sent', async () => {
    const error = await failure(client().send(request('http://127.0.0.1:1', { finishes: true }), AbortSignal.abort()));
    expect(error).toMatchObject({ reason: 'timeout', ambiguous: false });
    expect(error.message).toBe('things.create: cancelled before it was sent');
  });
});

describe('TLS', () => {
  let authority: CertificateAuthority;
  beforeAll(() => {
    authority = certificateAuthority();
  });
  afterAll(() => {
    authority.remove();
  });
  const server = (): Promise<string> =>
    listen(createTlsServer(authority.issue('127.0.0.1'), (_request, response) => response.end('{"ok":true}')));

  it('trusts the certificates that the environment names, and no others', async () => {
    const host = await server();
    const trusting = client({}, { NODE_EXTRA_CA_CERTS: authority.rootFile });
    expect(await trusting.send(request(`https://${host}`), never)).toMatchObject({ json: { ok: true } });
    const error = await failure(client().send(request(`https://${host}`), never));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toContain(`the certificate of ${host} is not trusted`);
    expect(error.message).toContain('give it in NODE_EXTRA_CA_CERTS');
  });

  it('is said to be missing where a server speaks plain HTTP', async () => {
    const url = await http((_request, response) => response.end('{}'));
    const error = await failure(client().send(request(url.replace('http:', 'https:')), never));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toContain('does not speak TLS');
  });
});

describe('a proxy', () => {
  const env = { HTTPS_PROXY: 'http://user:pass-word@127.0.0.1:1' };

  it('is named without user and password, and is all that a request reaches', async () => {
    const calls = client({}, env);
    expect(calls.proxyTo(new URL('https://cloud.example.com'))).toBe('http://127.0.0.1:1');
    expect(calls.proxyTo(new URL('http://127.0.0.1:4566'))).toBeUndefined();
    const error = await failure(calls.send(request('https://cloud.example.com'), never));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: false });
    expect(error.message).toContain('cannot reach the proxy at http://127.0.0.1:1');
    expect(error.message).not.toContain('pass-word');
  });
});
