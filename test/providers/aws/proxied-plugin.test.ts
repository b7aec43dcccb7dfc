import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { builtPlugin, type BundledPlugin } from '../../support/host/bundle.ts';
import {
  ACCESS_KEY,
  KMS_HOST,
  REGION,
  STS_HOST,
  TEMPORARY,
  useCompanyNetwork,
} from '../../support/proxy/company-network.ts';
import type { ConnectProxy } from '../../support/proxy/connect-proxy.ts';
import { startVictim, type Victim } from '../../hostile/victim.ts';
import { fileOf } from './ambient.ts';

const network = useCompanyNetwork();
const PASSWORD = 'a-password-of-the-proxy';
/** In a user namespace of its own, which some systems allow nobody, or the administrator alone. */
const MAY_MOUNT = spawnSync('unshare', ['-rm', 'true']).status === 0;
/** The system's certificates, which are the company's alone. */
const WITH_CERTIFICATES = 'mount --bind "$KEYMGMT_TEST_CERTIFICATES" /etc/ssl/certs && exec "$0"';

let plugin: BundledPlugin;
beforeAll(async () => {
  plugin = await builtPlugin();
});
afterAll(() => plugin.remove());

async function proxyOf(): Promise<ConnectProxy> {
  const proxy = await network().proxy({ credentials: `keymgmt:${PASSWORD}` });
  onTestFinished(async () => {
    await proxy.close();
    expect(proxy.faults()).toEqual([]);
  });
  return proxy;
}

interface Start {
  readonly proxy: ConnectProxy;
  readonly env: Readonly<Record<string, string>>;
  readonly command?: readonly [string, ...string[]];
}

async function start({ proxy, env, command = [plugin.path] }: Start): Promise<Victim> {
  const [program, ...args] = command;
  const victim = await startVictim({
    command: program,
    args,
    // What a victim has otherwise, so that it reaches no cloud.
    env: { AWS_ENDPOINT_URL: '', HTTPS_PROXY: `http://keymgmt:${PASSWORD}@localhost:${proxy.port}`, ...env },
  });
  onTestFinished(() => victim.host.close());
  for (const text of [PASSWORD, ACCESS_KEY.secretAccessKey, TEMPORARY.secretAccessKey, TEMPORARY.sessionToken]) {
    victim.know(text, Buffer.from(text));
  }
  return victim;
}

async function request(victim: Victim, path: string, data: Readonly<Record<string, unknown>>): Promise<unknown> {
  const answer = await victim.mount.handleRequest(
    { operation: 'update', path, data: { ...data } },
    { deadlineMs: 20_000 },
  );
  victim.hear(JSON.stringify(answer));
  return answer.error ?? answer.response?.data;
}

const PURPOSE = { purpose: 'encrypt,decrypt', protection: 'hsm' };

/** Distributes a key to a KMS with these credentials, and looks at what the check says. */
async function distribute(victim: Victim, credentials: Readonly<Record<string, string>>): Promise<void> {
  const { kms } = network();
  const before = kms.keys(REGION).length;
  expect(
    await request(victim, 'kms/cloud', { provider: 'awskms', key_collection: REGION, credentials }),
  ).toBeUndefined();
  expect(await request(victim, 'key/app', { type: 'aes256-gcm96' })).toBeUndefined();
  expect(await request(victim, 'kms/cloud/key/app', PURPOSE)).toBeUndefined();
  expect(kms.keys(REGION)).toHaveLength(before + 1);
  expect(await request(victim, 'kms/cloud/check', {})).toMatchObject({
    ok: true,
    proxy: expect.stringMatching(/^http:\/\/localhost:\d+$/) as unknown,
  });
  await victim.stands();
}

it('distributes a key through a proxy, with credentials of STS, and shows nobody the password', async () => {
  const proxy = await proxyOf();
  const victim = await start({
    proxy,
    env: {
      AWS_CA_BUNDLE: network().ca.rootFile,
      AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('a-token'),
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/keymgmt',
    },
  });
  await distribute(victim, {});
  expect(new Set(proxy.asked())).toEqual(new Set([`${STS_HOST}:443`, `${KMS_HOST}:443`]));
  proxy.misbehave({ kind: 'status', status: 503 });
  const elsewhere = { provider: 'awskms', key_collection: 'us-east-1' };
  expect(await request(victim, 'kms/elsewhere', elsewhere)).toBeUndefined();
  expect(JSON.stringify(await request(victim, 'kms/elsewhere/check', {}))).toMatch(
    /the proxy at http:\/\/localhost:\d+ cannot connect to sts\.us-east-1\.amazonaws\.com:443 \(HTTP 503\)/,
  );
  await victim.stands();
});

it.skipIf(!MAY_MOUNT)("believes the system's certificates, without a variable", async () => {
  const proxy = await proxyOf();
  const command = ['unshare', '-rm', 'sh', '-c', WITH_CERTIFICATES, plugin.path] as const;
  const victim = await start({ proxy, command: [...command], env: { KEYMGMT_TEST_CERTIFICATES: network().ca.folder } });
  await distribute(victim, { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey });
});
