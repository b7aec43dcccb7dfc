import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProviderError } from '../../../src/providers/errors.ts';
import { awsDriver } from '../../../src/providers/aws/driver.ts';
import type { KmsClient } from '../../../src/providers/port.ts';
import { secret } from '../../../src/support/secret.ts';
import { allowing } from '../../support/allowing.ts';
import { failure, REGION } from './harness.ts';
import { clockOf } from '../../support/clock.ts';
import { listen } from '../../support/listen.ts';
import { create, importMaterial, observeName } from '../calls.ts';
import { material } from '../target.ts';
import { HOME } from '../../../src/providers/step.ts';

const A_KEY = '1234abcd-12ab-34cd-56ef-1234567890ab';

const http = async (answer: RequestListener): Promise<string> => `http://${await listen(createServer(answer))}`;

function connect(endpoint: string, requestTimeoutMs?: number): KmsClient {
  const wait = async (): Promise<void> => undefined;
  const client = awsDriver({
    env: allowing(endpoint),
    retry: { clock: clockOf(() => 0), random: () => 0, wait },
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
  }).connect({
    keyCollection: REGION,
    credentials: { access_key: secret('AKIA'), secret_key: secret('s'), endpoint: secret(endpoint) },
  });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

const createFailure = (client: KmsClient, signal = new AbortController().signal): Promise<ProviderError> =>
  failure(create({ client, signal }));

describe('response of CreateKey', () => {
  it('is ambiguous if it is 200 but malformed', async () => {
    const endpoint = await http((_request, response) => response.end('<html>a proxy speaks'));
    const error = await createFailure(connect(endpoint));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    expect(error.message).toMatch(/^CreateKey: the answer of 127\.0\.0\.1:\d+ cannot be read \(SyntaxError\)$/);
  });

  it('is ambiguous if it is 200 without a key ID', async () => {
    const endpoint = await http((_request, response) => response.end('{}'));
    expect(await createFailure(connect(endpoint))).toMatchObject({ reason: 'unavailable', ambiguous: true });
  });

  it('is ambiguous if it is truncated', async () => {
    const endpoint = await http((_request, response) => {
      response.writeHead(200, { 'content-length': '500' });
      response.write('{"KeyMetadata":', () => response.destroy());
    });
    expect(await createFailure(connect(endpoint))).toMatchObject({ reason: 'unavailable', ambiguous: true });
  });

  it('is abandoned if the body does not end', async () => {
    const endpoint = await http((_request, response) => {
      response.writeHead(200, { 'content-length': '500' });
      response.write('{"KeyMetadata":');
    });
    expect(await createFailure(connect(endpoint, 50))).toMatchObject({ ambiguous: true });
  });

  it('is abandoned if it does not begin', async () => {
    const endpoint = await http(() => undefined);
    const error = await createFailure(connect(endpoint, 50));
    expect(error).toMatchObject({ reason: 'timeout', ambiguous: true });
    expect(error.message).toContain('no answer from 127.0.0.1');
  });

  it('is still read if the caller aborts while it is pending', async () => {
    const aborter = new AbortController();
    const endpoint = await http((_request, response) => {
      aborter.abort();
      response.end(
        JSON.stringify({ KeyMetadata: { KeyId: A_KEY, Arn: `arn:aws:kms:${REGION}:111122223333:key/${A_KEY}` } }),
      );
    });
    expect(await create({ client: connect(endpoint), signal: aborter.signal })).toEqual({
      changed: true,
      seen: [
        { of: 'account', account: '111122223333' },
        { of: 'version', version: 1, place: HOME, id: A_KEY, state: 'created' },
      ],
    });
  });
});

it.each([
  ['an alias in place of an id', { KeyId: 'alias/aws/ebs', Arn: `arn:aws:kms:${REGION}:111122223333:alias/aws/ebs` }],
  ['an ARN in place of an id', { KeyId: `arn:aws:kms:${REGION}:111122223333:key/${A_KEY}` }],
  ['an ARN of another key', { KeyId: A_KEY, Arn: `arn:aws:kms:${REGION}:111122223333:key/mrk-${'0'.repeat(32)}` }],
  ['an ARN of another Region', { KeyId: A_KEY, Arn: `arn:aws:kms:us-east-1:111122223333:key/${A_KEY}` }],
  ['an ARN of no account', { KeyId: A_KEY, Arn: `arn:aws:kms:${REGION}::key/${A_KEY}` }],
  ['no ARN', { KeyId: A_KEY }],
])('a response of CreateKey with %s is not used and is ambiguous', async (_what, KeyMetadata) => {
  const endpoint = await http((_request, response) => response.end(JSON.stringify({ KeyMetadata })));
  const error = await createFailure(connect(endpoint));
  expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
  expect(error.message).toContain('no key ID with a matching ARN');
});

describe('CreateKey is not sent', () => {
  it('if the signal is already aborted', async () => {
    let requests = 0;
    const endpoint = await http((_request, response) => {
      requests++;
      response.end();
    });
    expect(await createFailure(connect(endpoint), AbortSignal.abort())).toMatchObject({
      reason: 'timeout',
      ambiguous: false,
    });
    expect(requests).toBe(0);
  });

  it('to a server with an untrusted certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const files = ['-keyout', 'key.pem', '-out', 'cert.pem'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=kms', '-days', '1', ...files],
      {
        cwd: folder,
        stdio: 'ignore',
      },
    );
    let requests = 0;
    const server = createTlsServer(
      { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) },
      (_request, response) => {
        requests++;
        response.end();
      },
    );
    const error = await createFailure(connect(`https://${await listen(server)}`));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toMatch(/the certificate of 127\.0\.0\.1:\d+ is not trusted: self-signed certificate/);
    expect(requests).toBe(0);
  });

  it('to a server that does not speak TLS', async () => {
    const address = await listen(createServer((_request, response) => response.end()));
    const error = await createFailure(connect(`https://${address}`));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toContain(`${address} does not speak TLS`);
  });

  it('if AWS_KMS_ENDPOINT is not a URL', async () => {
    const wait = async (): Promise<void> => undefined;
    const retry = { clock: clockOf(() => 0), random: () => 0, wait };
    const driver = awsDriver({ env: { AWS_KMS_ENDPOINT: 'no-url' }, retry });
    const credentials = { access_key: secret('AKIA'), secret_key: secret('s') };
    const error = await createFailure(driver.connect({ keyCollection: REGION, credentials }));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false, code: undefined });
    expect(error.message).toMatch(/^CreateKey: environment variable AWS_KMS_ENDPOINT .* use https/);
  });
});

it('observeName reads all pages of aliases', async () => {
  const page = (name: string): readonly unknown[] => [{ AliasName: `alias/hashicorp/${name}` }];
  const endpoint = await http((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const isSecond = body.includes('"Marker":"m-2"');
      response.end(
        JSON.stringify(
          isSecond ? { Aliases: page('k-1') } : { Aliases: page('other'), NextMarker: 'm-2', Truncated: true },
        ),
      );
    });
  });
  expect(
    await observeName({ client: connect(endpoint), signal: new AbortController().signal }, ['kms-key'], 'k-1'),
  ).toEqual({
    of: 'name',
    place: HOME,
    points: 1,
    id: 'kms-key',
  });
});

it('rejects an invalid wrapping key without exposing the material', async () => {
  const endpoint = await http((_request, response) =>
    response.end(JSON.stringify({ PublicKey: 'AAAA', ImportToken: 'AAAA' })),
  );
  const error = await failure(
    importMaterial({ client: connect(endpoint), signal: new AbortController().signal }, 1, A_KEY, () => material(0x41)),
  );
  expect(error).toMatchObject({
    reason: 'unavailable',
    message: 'GetParametersForImport: the response has no usable wrapping key',
  });
});
