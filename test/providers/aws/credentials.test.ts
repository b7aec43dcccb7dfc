import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startKms, type Kms } from '../../../dev/aws-kms/kms.ts';
import { allowing } from '../../support/allowing.ts';
import { ambient, fileOf, metadataAnswer, serve, stsAnswer, stsError, type Variables } from './ambient.ts';
import { ACCESS_KEY, failure, REGION, setUp, type Bench } from './harness.ts';
import { create } from '../calls.ts';

const TEMPORARY = { ...ACCESS_KEY, sessionToken: 'a-session-token' };
const ROLE = 'arn:aws:iam::111122223333:role/keymgmt';

/** The embedded KMS, which takes these credentials only. */
async function kmsFor(user: typeof ACCESS_KEY): Promise<Kms> {
  const kms = await startKms({ accessKeys: [user] });
  onTestFinished(() => kms.close());
  return kms;
}

/** An account that has no credentials but those of the environment. */
function account(url: string, variables: Variables, sts?: string): Promise<Bench> {
  const env = ambient({ ...variables, ...(sts !== undefined && { AWS_ENDPOINT_URL_STS: sts }) });
  return setUp({ credentials: { endpoint: url }, env: { ...env, ...allowing(url, sts) }, requestTimeoutMs: 1_500 });
}

async function check({ client, signal }: Bench): Promise<unknown> {
  const { credentials, problem, permissions } = await client.probePermissions(signal);
  return { ...credentials, problem, permissions: permissions.length };
}

const profile = (name: string, user = ACCESS_KEY): string =>
  `[${name}]\naws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`;
const NOBODY = { accessKeyId: 'AKIA00000NOBODY0', secretAccessKey: 'nobody-is-there' };
const inEnvironment = (user = ACCESS_KEY): Variables => ({
  AWS_ACCESS_KEY_ID: user.accessKeyId,
  AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
});

describe('credentials of the server', () => {
  it('come from the environment before the shared files, even if AWS_PROFILE is set', async () => {
    const kms = await kmsFor(ACCESS_KEY);
    const file = fileOf(profile('other', NOBODY));
    const bench = await account(kms.url, {
      ...inEnvironment(),
      AWS_PROFILE: 'other',
      AWS_SHARED_CREDENTIALS_FILE: file,
    });
    await create(bench);
    expect(kms.keys(REGION)).toHaveLength(1);
    expect(await check(bench)).toMatchObject({ source: 'environment', id: '…TEST', problem: undefined });
  });

  it('come from the profile in AWS_PROFILE', async () => {
    const kms = await kmsFor(ACCESS_KEY);
    const file = fileOf(profile('default', NOBODY) + profile('mine'));
    const bench = await account(kms.url, { AWS_PROFILE: 'mine', AWS_SHARED_CREDENTIALS_FILE: file });
    expect(await check(bench)).toMatchObject({ source: 'profile "mine" of the shared files', id: '…TEST' });
    await create(bench);
  });

  it('come from the default profile if AWS_PROFILE is empty', async () => {
    const kms = await kmsFor(ACCESS_KEY);
    const bench = await account(kms.url, { AWS_PROFILE: '', AWS_SHARED_CREDENTIALS_FILE: fileOf(profile('default')) });
    expect(await check(bench)).toMatchObject({ source: 'profile "default" of the shared files', id: '…TEST' });
    await create(bench);
  });

  it('come from the role of a profile', async () => {
    const kms = await kmsFor(TEMPORARY);
    const sts = await serve((_request, response) => response.end(stsAnswer('AssumeRole', TEMPORARY)));
    const file = fileOf(`${profile('base', NOBODY)}[role]\nrole_arn = ${ROLE}\nsource_profile = base\n`);
    const bench = await account(kms.url, { AWS_PROFILE: 'role', AWS_SHARED_CREDENTIALS_FILE: file }, sts);
    expect(await check(bench)).toMatchObject({ source: 'profile "role" of the shared files', problem: undefined });
    await create(bench);
  });

  it('come from a web identity role, as in Kubernetes', async () => {
    const kms = await kmsFor(TEMPORARY);
    const sts = await serve((_request, response) => response.end(stsAnswer('AssumeRoleWithWebIdentity', TEMPORARY)));
    const bench = await account(kms.url, { AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('a-token'), AWS_ROLE_ARN: ROLE }, sts);
    expect(await check(bench)).toMatchObject({ source: 'web identity', id: '…TEST', problem: undefined });
    await create(bench);
  });

  it('come from a container role', async () => {
    const kms = await kmsFor(TEMPORARY);
    const service = await serve((_request, response) => response.end(metadataAnswer(TEMPORARY)));
    const bench = await account(kms.url, { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${service}/role` });
    expect(await check(bench)).toMatchObject({ source: 'container role', id: '…TEST', problem: undefined });
    await create(bench);
  });

  it('come from the instance role', async () => {
    const kms = await kmsFor(TEMPORARY);
    const service = await serve(({ url = '' }, response) =>
      response.end(url.endsWith('/token') ? 'token' : url.endsWith('/') ? 'a-role' : metadataAnswer(TEMPORARY)),
    );
    const bench = await account(kms.url, {
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: service,
    });
    expect(await check(bench)).toMatchObject({ source: 'instance role', id: '…TEST', problem: undefined });
    await create(bench);
  });

  it('are resolved once for several requests', async () => {
    const kms = await kmsFor(TEMPORARY);
    let asked = 0;
    const service = await serve((_request, response) => {
      asked++;
      response.end(metadataAnswer(TEMPORARY));
    });
    const bench = await account(kms.url, { AWS_CONTAINER_CREDENTIALS_FULL_URI: service });
    await Promise.all([create(bench), create(bench)]);
    await check(bench);
    expect(asked).toBe(1);
  });

  it('are refreshed before they expire, and kept until then if that fails', async () => {
    const kms = await kmsFor(TEMPORARY);
    let asked = 0;
    const expiration = new Date(Date.now() + 120_000).toISOString();
    const service = await serve((_request, response) => {
      asked++;
      if (asked > 1) response.statusCode = 403;
      response.end(metadataAnswer({ ...TEMPORARY, expiration }));
    });
    const bench = await account(kms.url, { AWS_CONTAINER_CREDENTIALS_FULL_URI: service });
    await create(bench);
    await create(bench);
    expect(kms.keys(REGION)).toHaveLength(2);
    expect(asked).toBeGreaterThan(1);
  });
});

describe('without credentials, sends no KMS request and reports an unambiguous error', () => {
  const local: readonly (readonly [string, () => Variables, string])[] = [
    [
      'a token file that is missing',
      () => ({ AWS_WEB_IDENTITY_TOKEN_FILE: '/nonexistent/token', AWS_ROLE_ARN: ROLE }),
      'no credentials from web identity: cannot read /nonexistent/token (ENOENT)',
    ],
    [
      'a token file without a role',
      () => ({ AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('a-token') }),
      'no credentials from web identity: AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN: set both',
    ],
    [
      'a profile that is missing',
      () => ({ AWS_PROFILE: 'nobody' }),
      'no credentials from profile "nobody" of the shared files: the profile is missing or has no credentials: ' +
        'correct it, or unset AWS_PROFILE',
    ],
    [
      'a role whose source is missing',
      () => ({
        AWS_SHARED_CREDENTIALS_FILE: fileOf(`[default]\nrole_arn = ${ROLE}\nsource_profile = nobody\n`),
      }),
      'no credentials from profile "default" of the shared files: ',
    ],
    [
      'a credential_process that is missing',
      () => ({ AWS_CONFIG_FILE: fileOf('[default]\ncredential_process = /nonexistent/command --password hunter2\n') }),
      'no credentials from profile "default" of the shared files: its credential_process failed: not found',
    ],
    [
      'a credential_process that says no JSON',
      () => ({ AWS_CONFIG_FILE: fileOf('[default]\ncredential_process = echo hunter2\n') }),
      'no credentials from profile "default" of the shared files: Profile default credential_process returned invalid JSON.',
    ],
    [
      'half of the environment',
      () => ({ AWS_ACCESS_KEY_ID: ACCESS_KEY.accessKeyId }),
      'no credentials from environment: AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY: set both',
    ],
    [
      'a line break in the environment',
      () => ({ ...inEnvironment(), AWS_SESSION_TOKEN: 'hunter2\n' }),
      'no credentials from environment: one of them contains an invalid character',
    ],
    [
      'a container role that has a URL elsewhere',
      () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.net/' }),
      "no credentials from container role: the container's credentials service has a URL that is not accepted",
    ],
    [
      'none anywhere',
      () => ({}),
      'no credentials: none in the configuration (access_key, secret_key), the environment (AWS_ACCESS_KEY_ID, ' +
        'AWS_SECRET_ACCESS_KEY) and the shared files, and no role of a web identity, a container or an instance',
    ],
  ];
  it.each(local)('for %s', async (_title, variables, text) => {
    const kms = await kmsFor(ACCESS_KEY);
    const bench = await account(kms.url, variables());
    const error = await failure(create(bench));
    expect(error).toMatchObject({ reason: 'unauthenticated', ambiguous: false });
    expect(error.message).toContain(`CreateKey: ${text}`);
    expect(error.message).not.toContain('hunter2');
    expect(await check(bench)).toMatchObject({
      id: '',
      problem: expect.stringContaining(text) as string,
      permissions: 0,
    });
    expect(kms.calls()).toEqual([]);
  });

  const silent = (): Promise<string> => serve(() => undefined);
  const webIdentity = (): Variables => ({ AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('a-token'), AWS_ROLE_ARN: ROLE });

  it('if STS denies the role, which is not a missing KMS permission', async () => {
    const kms = await kmsFor(ACCESS_KEY);
    const sts = await serve((_request, response) => {
      response.writeHead(403, { 'x-amzn-requestid': 'sts-2' });
      response.end(stsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'));
    });
    const bench = await account(kms.url, webIdentity(), sts);
    const text =
      `no credentials from web identity: STS (${new URL(sts).host}) refused: Not authorized to perform ` +
      'sts:AssumeRoleWithWebIdentity (AccessDenied, request id sts-2)';
    expect(await failure(create(bench))).toMatchObject({
      reason: 'unauthenticated',
      ambiguous: false,
      message: `CreateKey: ${text}`,
    });
    expect(await check(bench)).toEqual({ source: 'web identity', id: '', problem: `check: ${text}`, permissions: 0 });
  });

  it('if STS denies with a long multi-line message, on one short line', async () => {
    const kms = await kmsFor(ACCESS_KEY);
    const sts = await serve((_request, response) => {
      response.writeHead(400).end(stsError(`A\nB${'x'.repeat(50_000)}`, `C\n\u202e${'x'.repeat(50_000)}`));
    });
    const bench = await account(kms.url, webIdentity(), sts);
    const { message } = await failure(create(bench));
    expect(message.length).toBeLessThan(2_500);
    expect(message).not.toMatch(/\p{C}/u);
  });

  it('if STS does not respond', async () => {
    const kms = await kmsFor(ACCESS_KEY);
    const sts = await silent();
    const bench = await account(kms.url, webIdentity(), sts);
    const error = await failure(create(bench));
    expect(error).toMatchObject({ reason: 'timeout', ambiguous: false });
    expect(error.message).toContain(
      `no credentials from web identity in time: no answer from STS (${new URL(sts).host})`,
    );
  });

  it('if STS refuses the connection', async () => {
    const kms = await kmsFor(ACCESS_KEY);
    const bench = await account(kms.url, webIdentity(), 'http://127.0.0.1:1');
    const error = await failure(create(bench));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: false });
    expect(error.message).toContain('no credentials from web identity: cannot reach STS (127.0.0.1:1) (ECONNREFUSED)');
  });

  it('if the response of STS is malformed', async () => {
    const kms = await kmsFor(ACCESS_KEY);
    const sts = await serve((_request, response) => response.end('<SecretAccessKey>hunter2hunter2'));
    const error = await failure(create(await account(kms.url, webIdentity(), sts)));
    expect(error).toMatchObject({ ambiguous: false });
    expect(error.message).toContain('no credentials from web identity: ');
    expect(error.message).not.toContain('hunter2');
  });

  it.each([
    [
      'refuses',
      (): Promise<string> => serve((_request, response) => response.writeHead(403).end('hunter2')),
      'status 403',
    ],
    [
      'has no role',
      (): Promise<string> => serve((_request, response) => response.writeHead(404).end('hunter2')),
      'has no role',
    ],
    [
      'answers what cannot be read',
      (): Promise<string> => serve((_request, response) => response.end('{"SecretAccessKey":"hunter2')),
      'cannot be read',
    ],
    ['is not there', async (): Promise<string> => 'http://127.0.0.1:1', 'cannot reach'],
    ['is silent', silent, 'in time'],
  ])('as when the metadata service of a container or an instance %s', async (_title, service, text) => {
    const url = await service();
    const kms = await kmsFor(ACCESS_KEY);
    const container = await account(kms.url, { AWS_CONTAINER_CREDENTIALS_FULL_URI: url });
    const error = await failure(create(container));
    expect(error).toMatchObject({ ambiguous: false });
    expect(error.message).toContain('no credentials from container role');
    expect(error.message).toContain(text);
    expect(error.message).not.toContain('hunter2');
    const instance = await account(kms.url, {
      AWS_EC2_METADATA_DISABLED: undefined,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    });
    const other = await failure(create(instance));
    expect(other).toMatchObject({ ambiguous: false });
    expect(other.message).toContain('no credentials from instance role');
    expect(other.message).toContain(text);
    expect(other.message).not.toContain('hunter2');
    expect(kms.calls()).toEqual([]);
  });

  it('if a credential_process hangs; starts it once and uses its later output', async () => {
    const kms = await kmsFor(ACCESS_KEY);
    const answer = fileOf('');
    const started = fileOf('');
    const command = fileOf(`echo x >> ${started}; until [ -s ${answer} ]; do sleep 0.05; done; cat ${answer}`);
    const bench = await account(kms.url, {
      AWS_CONFIG_FILE: fileOf(`[default]\ncredential_process = sh ${command}\n`),
    });
    for (const error of [await failure(create(bench)), await failure(create(bench))]) {
      expect(error).toMatchObject({ reason: 'timeout', ambiguous: false });
      expect(error.message).toContain('no credentials from profile "default" of the shared files in time');
    }
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = ACCESS_KEY;
    writeFileSync(answer, JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }));
    await create(bench);
    expect(readFileSync(started, 'utf8')).toBe('x\n');
  });
});
