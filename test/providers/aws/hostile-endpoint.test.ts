import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type Server, type Socket } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ALL_PERMISSIONS } from '../../support/documented-permissions.ts';
import type { Calls } from '../../../src/providers/aws/calls.ts';
import { probePermissions } from '../../../src/providers/aws/probe-permissions.ts';
import { awsDriver } from '../../../src/providers/aws/driver.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import { ATTEMPT_LABEL } from '../../../src/providers/port.ts';
import type { KmsClient } from '../../../src/providers/port.ts';
import type { Clock } from '../../../src/support/clock.ts';
import { secret } from '../../../src/support/secret.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';
import { listen } from '../../support/listen.ts';
import { failure, REGION } from './harness.ts';
import {
  create,
  find,
  importMaterial,
  enable,
  disable,
  remove,
  setCurrent,
  removeName,
  observe,
  observeName,
} from '../calls.ts';
import { material } from '../target.ts';
import { HOME } from '../../../src/providers/step.ts';

/** In what the endpoint says; nobody may repeat it. */
const MARK = 'of-a-metadata-service';
const ID = '1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f';
const LIMIT_MS = 150;
const { signal } = new AbortController();

const urlOf = async (server: Server): Promise<string> => `http://${await listen(server)}`;
const http = (answer: RequestListener): Promise<string> => urlOf(createServer(answer));
const json =
  (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(typeof value === 'string' ? value : JSON.stringify(value));

function connect(endpoint: string, limitMs = LIMIT_MS, clock?: Clock): KmsClient {
  let now = 0;
  const client = awsDriver({
    env: allowing(endpoint),
    // Whatever is tried again is tried once.
    retry: { clock: clock ?? clockOf(() => now), random: () => 0, wait: async () => void (now += 60_000) },
    requestTimeoutMs: limitMs,
  }).connect({
    keyCollection: REGION,
    credentials: { access_key: secret('AKIA0ADAPTERTEST'), secret_key: secret('s'), endpoint: secret(endpoint) },
  });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

const createFailure = (client: KmsClient, caller = signal): Promise<ProviderError> =>
  failure(create({ client, signal: caller }));

/** Every method of the port, each with what it ends in. */
async function askAll(client: KmsClient): Promise<readonly unknown[]> {
  const claim = { owned: true, ours: [ID] };
  const asked = await Promise.allSettled<unknown>([
    create({ client, signal }, 1),
    find({ client, signal }, 'attempt-1'),
    importMaterial({ client, signal }, 1, ID, () => material()),
    disable({ client, signal }, ID),
    setCurrent({ client, signal }, 1, ID, claim),
    removeName({ client, signal }, [ID], 'k-1'),
    remove({ client, signal }, ID),
    observe({ client, signal }, ID),
    observeName({ client, signal }, [ID], 'k-1'),
    client.probePermissions(signal),
  ]);
  return asked.map((each) => {
    if (each.status === 'fulfilled') return each.value;
    expect(each.reason).toBeInstanceOf(ProviderError);
    return each.reason as unknown;
  });
}

/** Repeats something until the connection ends. */
function again(response: ServerResponse | Socket, milliseconds: number, act: () => void): void {
  const timer = setInterval(act, milliseconds);
  response.on('close', () => {
    clearInterval(timer);
  });
}

const METADATA = { Code: 'Success', AccessKeyId: `ASIA${MARK}`, SecretAccessKey: MARK, Token: MARK };
const NONSENSE = {
  KeyMetadata: [MARK],
  Aliases: { AliasName: MARK },
  Keys: [null, 5, MARK, { KeyId: { [MARK]: 1 } }],
  Tags: 7,
  NextMarker: {},
  PublicKey: [],
  ImportToken: 1,
};

describe('every method settles without echoing the response when an endpoint', () => {
  it.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    ['closes the connection', (request) => request.socket.destroy()],
    ['answers nonsense in 200', json(200, `<html>${MARK}`)],
    ['answers other types than asked for', json(200, NONSENSE)],
    ['answers null', json(200, 'null')],
    ['answers a list', json(200, [MARK])],
    ['answers nested lists', json(200, '['.repeat(100_000))],
    ['is a metadata service', json(200, METADATA)],
    ['is a metadata service that refuses', json(401, METADATA)],
    ['answers HTML in 403', json(403, `<html>${MARK}</html>`, { 'content-type': 'text/html' })],
    ['answers HTML in 503', json(503, `<html>${MARK}</html>`, { 'content-type': 'text/html' })],
    ['names the code "constructor"', json(400, { __type: 'constructor', message: MARK })],
    ['names the code "__proto__"', json(400, `{"__type":"__proto__","message":"${MARK}"}`)],
    ['names the code "toString" in a header', json(500, { message: MARK }, { 'x-amzn-errortype': 'toString' })],
    ['names a code of its own', json(400, { __type: `${MARK}Exception`, message: MARK })],
    ['names an object as the code', json(400, { __type: { a: MARK }, message: { a: MARK } })],
    ['answers with the members of an error', json(500, { name: MARK, $metadata: {}, stack: MARK, $fault: MARK })],
    ['has a prototype in its answer', json(200, `{"__proto__":{"KeyMetadata":{"KeyId":"${MARK}"}}}`)],
    ['has too large a head', json(200, {}, { 'x-large': 'x'.repeat(100_000) })],
    ['has a request id of its own', json(400, {}, { 'x-amzn-requestid': `${MARK} and more` })],
    [
      'answers 1xx for ever',
      (_request, response) => {
        again(response, 5, () => {
          response.writeContinue();
        });
      },
    ],
    ['answers a status of its own', json(999, MARK)],
    ['is in a state of its own', json(200, { KeyMetadata: { KeyId: ID, KeyState: MARK } })],
  ])('%s', async (_title, answer) => {
    const answers = await askAll(connect(await http(answer)));
    expect(answers).not.toContain(undefined);
    const text = inspect(answers, { depth: 9, showHidden: true, maxStringLength: null });
    expect(text).not.toContain(MARK);
  });

  it('sends headers without end', async () => {
    const endpoint = await urlOf(
      createSocketServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        again(socket, 5, () => socket.write('a: b\r\n'));
      }),
    );
    await askAll(connect(endpoint));
  });
});

describe('a call ends', () => {
  it('by its timeout although the body continues byte by byte', async () => {
    const endpoint = await http((_request, response) => {
      response.writeHead(200);
      again(response, 5, () => response.write(' '));
    });
    expect(await createFailure(connect(endpoint))).toMatchObject({ reason: 'timeout', ambiguous: true });
  });

  it('at the first megabyte of a body, and closes the connection', async () => {
    let sent = 0;
    let closed: (() => void) | undefined;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    const endpoint = await http((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, ' ');
      const more = (): void => {
        while (response.write(chunk)) sent += chunk.length;
      };
      response.on('drain', more).on('close', () => closed?.());
      more();
    });
    const error = await createFailure(connect(endpoint, 20_000));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    expect(error.message).toContain('the answer is larger than 1 MB');
    await isClosed;
    // What the sockets of both sides hold.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('when its caller aborts although the body continues', async () => {
    const caller = new AbortController();
    const endpoint = await http((_request, response) => {
      response.writeHead(200);
      response.write(' ');
      caller.abort();
    });
    const error = await failure(enable({ client: connect(endpoint, 60_000), signal: caller.signal }, ID));
    expect(error).toMatchObject({ reason: 'timeout', ambiguous: true });
  });

  it('by its timeout for CreateKey although the caller aborted', async () => {
    const caller = new AbortController();
    const endpoint = await http(() => {
      caller.abort();
    });
    expect(await createFailure(connect(endpoint), caller.signal)).toMatchObject({ reason: 'timeout', ambiguous: true });
  });
});

describe('paging ends', () => {
  const pages = (marker: (nth: number) => string): [RequestListener, () => number] => {
    let nth = 0;
    return [
      (_request, response) => response.end(JSON.stringify({ Aliases: [], Keys: [], NextMarker: marker(nth++) })),
      () => nth,
    ];
  };

  it.each<[string, (nth: number) => string, number]>([
    ['that repeat', () => 'again', 4],
    ['that repeat after a while', (nth) => `page-${nth % 3}`, 8],
    ['that have no end', (nth) => `page-${nth}`, 2_100],
    ['with markers of a megabyte', (nth) => `${nth}`.padEnd(500_000, 'x'), 4],
  ])('%s', async (_title, marker, most) => {
    const [answer, count] = pages(marker);
    const client = connect(await http(answer), 20_000);
    expect(await observeName({ client, signal }, [ID], 'k-1')).toMatchObject({
      outcome: 'unreachable',
      why: expect.stringContaining('the pages of the answer do not end') as string,
    });
    expect(count()).toBeLessThanOrEqual(most);
    const search = await find({ client, signal }, 'attempt-1').catch((error: unknown) => error);
    expect(search).toMatchObject({ reason: 'unavailable' });
  });
});

describe('paging stops', () => {
  it('at the page with the alias', async () => {
    let requests = 0;
    const endpoint = await http((_request, response) => {
      const page = { Aliases: [{ AliasName: 'alias/hashicorp/k-1' }], NextMarker: `page-${requests++}` };
      response.end(JSON.stringify(page));
    });
    expect(await observeName({ client: connect(endpoint, 20_000), signal }, [ID], 'k-1')).toEqual({
      of: 'name',
      place: HOME,
      points: 1,
      id: ID,
    });
    expect(requests).toBe(1);
  });

  it('at 100 KMS keys with the tag of one attempt', async () => {
    let keys = 0;
    const endpoint = await http((request, response) => {
      const isList = request.headers['x-amz-target'] === 'TrentService.ListKeys';
      const KeyId = (): string => ID.slice(0, -6) + String(keys++).padStart(6, '0');
      const Keys = Array.from({ length: isList ? 200 : 0 }, () => ({ KeyId: KeyId() }));
      const page = { Keys, NextMarker: `page-${keys}` };
      response.end(JSON.stringify(isList ? page : { Tags: [{ TagKey: ATTEMPT_LABEL, TagValue: 'attempt-1' }] }));
    });
    const search = await find({ client: connect(endpoint, 20_000), signal }, 'attempt-1');
    expect(search).toMatchObject({ outcome: 'unknown', why: 'more than 100 KMS keys have the tag' });
    expect(keys).toBe(200);
  });

  it('at 50 aliases of a KMS key', async () => {
    let requests = 0;
    const endpoint = await http((request, response) => {
      if (request.headers['x-amz-target'] !== 'TrentService.ListAliases') return void response.end('{}');
      const Aliases = Array.from({ length: 40 }, () => ({ AliasName: `alias/x` }));
      response.end(JSON.stringify({ Aliases, NextMarker: `page-${requests++}` }));
    });
    const facts = await connect(endpoint, 20_000).inspect(ID, signal);
    expect(facts?.names).toHaveLength(50);
    expect(requests).toBe(2);
  });

  it('after 15 s although the wall clock is set back', async () => {
    let requests = 0;
    const endpoint = await http((_request, response) => {
      response.end(JSON.stringify({ Keys: [{ KeyId: ID }], Tags: [], NextMarker: `page-${requests++}` }));
    });
    const clock = { now: () => -requests * 1_000, monotonic: () => requests * 1_000 };
    expect(await connect(endpoint, 20_000, clock).findByLabel('key', 'k', signal)).toEqual({
      found: [],
      incomplete: 'too many KMS keys in the account to search',
    });
  });
});

describe('a response', () => {
  it('with a list longer than any of AWS KMS is an error', async () => {
    const endpoint = await http(json(200, { Aliases: Array.from({ length: 1_001 }, () => ({})) }));
    expect(await connect(endpoint, 20_000).surveyNames(signal)).toEqual({
      outcome: 'unreachable',
      why: 'ListAliases: the answer has a list of 1001 members (AnswerTooLarge)',
    });
  });

  it('with an invalid key ID is rejected or skipped', async () => {
    const client = connect(
      await http(
        json(200, {
          KeyMetadata: { KeyId: `see ${MARK}` },
          Aliases: [{ AliasName: 'alias/hashicorp/k-2', TargetKeyId: `see ${MARK}` }],
          Tags: [],
        }),
      ),
      20_000,
    );
    expect(await observeName({ client, signal }, [ID], 'k-1')).toEqual({
      outcome: 'unreachable',
      why: 'DescribeKey: the response has no key ID',
    });
    expect(await client.surveyNames(signal)).toEqual({ outcome: 'seen', targets: new Map() });
  });

  it('with an overlong string is read without that member', async () => {
    const endpoint = await http(json(200, { KeyMetadata: { KeyId: 'k'.repeat(100_000) } }));
    expect((await createFailure(connect(endpoint, 20_000))).message).toMatch(/^CreateKey: the response has no key ID/);
  });

  it('with a redirect is not followed', async () => {
    let visits = 0;
    const elsewhere = await http((_request, response) => {
      visits++;
      response.end(JSON.stringify({ KeyMetadata: { KeyId: ID } }));
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const endpoint = await http(json(status, '', { location: elsewhere }));
      expect((await createFailure(connect(endpoint))).message).toContain(`not AWS KMS's (HTTP ${status})`);
    }
    expect(visits).toBe(0);
  });

  it('cannot turn an ambiguous failure into an unambiguous one', async () => {
    const pretence = {
      name: 'TimeoutError',
      code: 'ECONNREFUSED',
      syscall: 'connect',
      $metadata: { httpStatusCode: null },
    };
    expect(await createFailure(connect(await http(json(500, pretence))))).toMatchObject({
      reason: 'unavailable',
      ambiguous: true,
    });
  });

  it('with an AWS KMS error code is quoted, truncated to one line', async () => {
    const message = `no \u001b[31m\r\n\u0000\u202epermission ${'x'.repeat(50_000)}`;
    const refusal = { __type: 'com.amazonaws.kms#AccessDeniedException:http://x', message };
    const headers = { 'x-amzn-requestid': 'a1b2c3d4-0000-4000-8000-a1b2c3d4e5f6' };
    const error = await createFailure(connect(await http(json(400, refusal, headers))));
    expect(error).toMatchObject({
      reason: 'forbidden',
      code: 'AccessDeniedException',
      requestId: headers['x-amzn-requestid'],
    });
    expect(error.message).toMatch(
      /^CreateKey: no \[31m permission x{900,1000}… \(AccessDeniedException, request id a1b2c3d4-0000-4000-8000-a1b2c3d4e5f6\)$/,
    );
  });

  it('without a body is a success', async () => {
    const client = connect(await http(json(200, '')), 20_000);
    await expect(enable({ client, signal }, ID)).resolves.toBeDefined();
  });
});

describe('probePermissions', () => {
  it('stops at the first timeout and reports the actions not probed', async () => {
    let requests = 0;
    const endpoint = await http(() => {
      requests++;
    });
    const { permissions, problem } = await connect(endpoint).probePermissions(signal);
    expect(problem).toBeUndefined();
    expect(permissions).toHaveLength(ALL_PERMISSIONS.length);
    expect(permissions[0]).toMatchObject({ permission: 'kms:ListAliases', granted: 'unknown' });
    for (const { granted, why } of permissions.slice(1)) {
      expect(granted).toBe('unknown');
      expect(why).toMatch(/^not probed, because of: ListAliases: no answer from 127/);
    }
    expect(requests).toBe(1);
  });

  it('probes concurrently', async () => {
    const waiting: ServerResponse[] = [];
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      if (request.headers['x-amz-target'] === 'TrentService.ListAliases') response.end('{}');
      else waiting.push(response);
      // A check that asks one by one never gets here.
      if (waiting.length === ALL_PERMISSIONS.length - 1) for (const each of waiting) each.end('{}');
    };
    const { permissions } = await connect(await http(answer), 20_000).probePermissions(signal);
    expect(permissions.map(({ granted }) => granted)).toEqual(ALL_PERMISSIONS.map(() => 'yes'));
  });

  it('ends at its time limit and reports the actions without a response', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const answers: Partial<Calls> = {
      credentials: async () => ({ source: 'configuration', id: '…TEST', problem: undefined }),
      listAliases: async () => ({ $metadata: {} }),
    };
    const calls = new Proxy(answers, { get: (given, name: keyof Calls) => given[name] ?? never }) as Calls;
    const { permissions, credentials } = await probePermissions(calls, 50, signal);
    expect(credentials).toEqual({ source: 'configuration', id: '…TEST' });
    expect(permissions.map(({ granted }) => granted)).toEqual([
      'yes',
      ...ALL_PERMISSIONS.slice(1).map(() => 'unknown'),
    ]);
    expect(permissions[1]?.why).toBe('no response within 0.05 s');
  });

  it('reports an endpoint that is not AWS KMS as the problem', async () => {
    const { problem } = await connect(await http(json(404, MARK))).probePermissions(signal);
    expect(problem).toMatch(/^ListAliases: 127\.0\.0\.1:\d+ gives an answer that is not AWS KMS's \(HTTP 404\)$/);
  });
});

describe('endpoint resolved by the SDK', () => {
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  /** A file that ends with the test, and its path. */
  function file(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'shared-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    writeFileSync(join(folder, 'file'), text);
    return join(folder, 'file');
  }
  async function counting(): Promise<{ readonly endpoint: string; readonly requests: () => number }> {
    let requests = 0;
    const endpoint = await http((_request, response) => {
      requests++;
      response.end('{}');
    });
    return { endpoint, requests: () => requests };
  }
  function account(credentials: Readonly<Record<string, string>>): KmsClient {
    const retry = { clock: clockOf(() => 0), random: () => 0, wait: async () => undefined };
    const client = awsDriver({ env: { ...process.env }, retry, requestTimeoutMs: LIMIT_MS }).connect({
      keyCollection: REGION,
      credentials: Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, secret(value)])),
    });
    onTestFinished(() => {
      client.close();
    });
    return client;
  }
  const own = { access_key: 'AKIA0ADAPTERTEST', secret_key: 's' };

  it('in the shared files receives no request', async () => {
    const { endpoint, requests } = await counting();
    vi.stubEnv('AWS_CONFIG_FILE', file(`[default]\nendpoint_url = ${endpoint}\n`));
    const error = await createFailure(account(own));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toMatch(/the shared files of AWS lead to http:.*: give it as endpoint in credentials/);
    expect(requests()).toBe(0);
  });

  it('in the services section of a profile receives no request', async () => {
    const { endpoint, requests } = await counting();
    const text = `[default]\nservices = s\n[services s]\nkms =\n  endpoint_url = ${endpoint}\n`;
    vi.stubEnv('AWS_CONFIG_FILE', file(text));
    expect((await createFailure(account(own))).message).toContain('the shared files of AWS lead to');
    expect(requests()).toBe(0);
  });

  it.each(['AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL'])(
    'for STS in %s receives no web identity token',
    async (name) => {
      const { endpoint, requests } = await counting();
      vi.stubEnv(name, endpoint);
      vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', file('a-token'));
      vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::111122223333:role/server');
      vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
      const error = await createFailure(account({ endpoint: `https://kms.${REGION}.amazonaws.com` }));
      expect(error).toMatchObject({ ambiguous: false });
      expect(error.message).toMatch(/lead to http:.* for credentials, which is no service of AWS: .*;ambient/);
      expect(requests()).toBe(0);
    },
  );

  it('of a hanging credential_process does not exceed the timeout', async () => {
    vi.stubEnv('AWS_CONFIG_FILE', file('[default]\ncredential_process = cat\n'));
    const caller = new AbortController();
    const late = await createFailure(account({}));
    expect(late).toMatchObject({ reason: 'timeout', ambiguous: false });
    expect(late.message).toContain('no credentials');
    const given = createFailure(account({}), caller.signal);
    caller.abort();
    expect(await given).toMatchObject({ reason: 'timeout', ambiguous: false });
  });
});
