import { inspect } from 'node:util';
import { CreateAliasCommand } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startKms, type Kms } from '../../../dev/aws-kms/kms.ts';
import { clientConfig } from '../../../src/providers/aws/client-config.ts';
import { accountCredentials } from '../../../src/providers/aws/credentials.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { proxyRules } from '../../../src/support/outbound/proxy-rules.ts';
import { trustedCertificates } from '../../../src/support/outbound/trusted-certificates.ts';
import { secret } from '../../../src/support/secret.ts';
import { ACCESS_KEY, administrator, failure, makeVersion, REGION, setUp } from './harness.ts';
import { ALL_PERMISSIONS, DOCUMENTED_PERMISSIONS, OPTIONAL_PERMISSIONS } from '../../support/documented-permissions.ts';
import { create, disable } from '../calls.ts';

const configured = ({ url }: Kms): Readonly<Record<string, string>> => ({
  access_key: ACCESS_KEY.accessKeyId,
  secret_key: ACCESS_KEY.secretAccessKey,
  endpoint: url,
});

// The SDK looks at the environment of the process, so nothing of this machine's may be in it.
const AWS_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_KMS',
];
beforeEach(() => {
  for (const name of AWS_VARIABLES) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('AWS account configuration', () => {
  it('uses the Region of key_collection regardless of the environment', async () => {
    vi.stubEnv('AWS_REGION', 'ap-south-1');
    vi.stubEnv('AWS_DEFAULT_REGION', 'us-east-1');
    const bench = await setUp();
    await makeVersion(bench, 1);
    expect(new Set(bench.kms.calls().map(({ region }) => region))).toEqual(new Set([REGION]));
  });

  it('uses AWS_KMS_ENDPOINT if the configuration has no endpoint', async () => {
    const { kms } = await setUp();
    const { endpoint, ...keys } = configured(kms);
    await create(await setUp({ credentials: keys, env: { AWS_KMS_ENDPOINT: endpoint ?? '' } }));
    expect(kms.keys(REGION)).toHaveLength(1);
  });

  it('prefers the configured endpoint to the environment', async () => {
    const { kms } = await setUp();
    await create(await setUp({ credentials: configured(kms), env: { AWS_KMS_ENDPOINT: 'http://127.0.0.1:1' } }));
    expect(kms.keys(REGION)).toHaveLength(1);
  });

  it('sends the session token of temporary credentials', async () => {
    const kms = await startKms({ accessKeys: [{ ...ACCESS_KEY, sessionToken: 'a-session' }] });
    try {
      await create(await setUp({ credentials: { ...configured(kms), session_token: 'a-session' } }));
      expect(kms.keys(REGION)).toHaveLength(1);
      expect((await failure(create(await setUp({ credentials: configured(kms) })))).reason).toBe('unauthenticated');
    } finally {
      await kms.close();
    }
  });

  it('uses credentials of the environment if the configuration has none', async () => {
    const { kms } = await setUp();
    vi.stubEnv('AWS_ACCESS_KEY_ID', ACCESS_KEY.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', ACCESS_KEY.secretAccessKey);
    const bench = await setUp({ credentials: { endpoint: kms.url }, env: { ...process.env } });
    await create(bench);
    expect(kms.keys(REGION)).toHaveLength(1);
    expect(await bench.client.probePermissions(bench.signal)).toMatchObject({
      credentials: { source: 'environment', id: '…TEST' },
      problem: undefined,
    });
  });

  it('prefers configured credentials to the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIANOBODY');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'nobody');
    const bench = await setUp({ env: { ...process.env } });
    await create(bench);
    expect(bench.kms.calls().map(({ accessKeyId }) => accessKeyId)).toEqual([ACCESS_KEY.accessKeyId]);
    expect(await bench.client.probePermissions(bench.signal)).toMatchObject({
      credentials: { source: 'configuration' },
    });
  });

  it('reports missing credentials if no source has any', async () => {
    const { kms } = await setUp();
    const bench = await setUp({ credentials: { endpoint: kms.url } });
    expect(await failure(create(bench))).toMatchObject({ reason: 'unauthenticated', ambiguous: false });
    expect(kms.calls()).toEqual([]);
  });
});

describe('probePermissions', () => {
  it('reports missing permissions without creating or changing anything', async () => {
    const bench = await setUp({
      allow: DOCUMENTED_PERMISSIONS.filter((action) => !['DisableKey', 'CreateKey'].includes(action)),
    });
    const check = await bench.client.probePermissions(bench.signal);
    const missing = check.permissions.filter(({ granted }) => granted !== 'yes');
    expect(missing.map(({ permission, required }) => [permission, required])).toEqual([
      ['kms:CreateKey', true],
      ['kms:DisableKey', true],
      ...OPTIONAL_PERMISSIONS.map((action) => [`kms:${action}`, false]),
    ]);
    for (const { permission, granted, why } of missing) {
      expect(granted).toBe('no');
      expect(why).toContain(`not authorized to perform: ${permission} `);
    }
    expect(check).toMatchObject({ problem: undefined, credentials: { source: 'configuration', id: '…TEST' } });
    expect(bench.kms.keys(REGION)).toEqual([]);
  });

  it.each(DOCUMENTED_PERMISSIONS)('reports kms:%s alone as missing', async (missing) => {
    const bench = await setUp({
      allow: ALL_PERMISSIONS.filter((action) => action !== missing),
    });
    const { permissions } = await bench.client.probePermissions(bench.signal);
    // AWS wants kms:TagResource for a CreateKey with tags.
    const expected = missing === 'TagResource' ? ['kms:CreateKey', 'kms:TagResource'] : [`kms:${missing}`];
    expect(permissions.filter(({ granted }) => granted !== 'yes').map(({ permission }) => permission)).toEqual(
      expected,
    );
  });

  it('does not change an account in use if all actions are allowed', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    await disable(bench, id);
    await administrator(bench).send(new CreateAliasCommand({ AliasName: 'alias/hashicorp/x', TargetKeyId: id }));
    const state = (): unknown => ({ keys: bench.kms.keys(REGION), aliases: bench.kms.aliases(REGION) });
    const before = state();
    const { permissions } = await bench.client.probePermissions(bench.signal);
    expect(permissions.map(({ granted }) => granted)).toEqual(ALL_PERMISSIONS.map(() => 'yes'));
    expect(state()).toEqual(before);
  });

  it('reports invalid credentials as the problem', async () => {
    const { kms } = await setUp();
    const { client, signal } = await setUp({ credentials: { ...configured(kms), secret_key: 'wrong' } });
    const check = await client.probePermissions(signal);
    expect(check.problem).toMatch(/signature/i);
    expect(check.permissions).toEqual([]);
  });

  it('reports a permission as unknown if there is no response', async () => {
    const bench = await setUp();
    bench.kms.faults.set(({ action }) =>
      action === 'EnableKey'
        ? { when: 'before', error: { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 } }
        : action === 'DisableKey'
          ? { when: 'before', drop: true }
          : undefined,
    );
    const { permissions } = await bench.client.probePermissions(bench.signal);
    expect(permissions.filter(({ granted }) => granted !== 'yes')).toMatchObject([
      { permission: 'kms:EnableKey', granted: 'unknown', why: expect.stringContaining('Rate exceeded') as string },
      {
        permission: 'kms:DisableKey',
        granted: 'unknown',
        why: expect.stringContaining('lost the connection') as string,
      },
    ]);
  });

  it('rejects with the reason of an aborted signal', async () => {
    const bench = await setUp();
    const reason = new Error('the request is over');
    await expect(bench.client.probePermissions(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('clientConfig', () => {
  it('holds no credentials; the SDK requests them when it signs', async () => {
    const texts = { access_key: 'AKID00000EXAMPLE', secret_key: 'hunter2!', session_token: 'token42!' };
    const credentials = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, secret(text)]));
    const config = { keyCollection: 'us-west-1', credentials };
    const outbound = { route: proxyRules({}), secureContext: trustedCertificates({}, 'AWS_CA_BUNDLE') };
    const { provide } = accountCredentials(config, {}, 1000, systemClock);
    const settings = clientConfig(config, {}, 1000, outbound, provide);
    const shown = inspect(settings, { depth: 9, showHidden: true });
    for (const text of Object.values(texts)) expect(shown).not.toContain(text);
    const provider = settings.credentials as () => Promise<unknown>;
    expect(await provider()).toEqual({
      accessKeyId: 'AKID00000EXAMPLE',
      secretAccessKey: 'hunter2!',
      sessionToken: 'token42!',
    });
  });
});
