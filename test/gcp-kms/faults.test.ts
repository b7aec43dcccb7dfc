import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RING, type GcpKms } from '../../dev/gcp-kms/kms.ts';
import {
  askToken,
  assertionClaims,
  connect,
  newKey,
  running,
  signJwt,
  steppingClock,
  VAULT,
  type Json,
} from './client.ts';

describe('faults', () => {
  it('return an error before the effect, or drop the response after it', async () => {
    const kms = await running();
    const client = await connect(kms);
    kms.faults.set(({ action, nth }) => {
      if (action !== 'CreateCryptoKey') return undefined;
      if (nth === 1) return { when: 'before', error: { code: 'UNAVAILABLE', status: 503 } };
      return { when: 'after', drop: true };
    });
    await expect(newKey(client)).rejects.toThrow('UNAVAILABLE');
    expect(kms.keys()).toHaveLength(0);
    await expect(newKey(client)).rejects.toThrow('fetch failed');
    expect(kms.keys()).toHaveLength(1);
    expect(kms.calls().slice(1)).toMatchObject([
      { action: 'CreateCryptoKey', outcome: 'UNAVAILABLE', effect: false },
      { action: 'CreateCryptoKey', outcome: 'dropped', effect: true },
    ]);
    kms.faults.clear();
    await client.ok('GET', `${RING}/cryptoKeys`);
  });

  it('reach the token endpoint, in its own format', async () => {
    const kms = await running();
    kms.faults.set(() => ({ when: 'before', error: { code: 'internal_failure', status: 500 } }));
    const answer = await askToken(kms, signJwt(VAULT, assertionClaims(kms, VAULT)));
    expect(answer).toMatchObject({ status: 500, json: { error: 'internal_failure' } });
  });

  it('leave a call without a response', async () => {
    const kms = await running();
    const client = await connect(kms);
    kms.faults.set(() => ({ when: 'before', hang: true }));
    const call = client.ok('GET', RING).catch(String);
    await expect.poll(() => kms.calls().at(-1)?.outcome).toBe('hung');
    await kms.close();
    expect(await call).toContain('fetch failed');
  });
});

it('quotas refuse what exceeds them, by kind and project', async () => {
  const clock = steppingClock();
  const client = await connect(await running({ clock, quotas: { read: 2 } }));
  await client.ok('GET', RING);
  await client.ok('GET', RING);
  expect(await client.refused('GET', RING)).toContain('429 RESOURCE_EXHAUSTED: Quota exceeded');
  await newKey(client);
  clock.advance(500);
  await client.ok('GET', RING);
});

it('another process serves, and holds a call for its administrator', async () => {
  const main = join(import.meta.dirname, '../../dev/gcp-kms/main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { ...process.env, GCP_KMS_OPTIONS: JSON.stringify({ serviceAccounts: [VAULT] }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const kms = JSON.parse(line) as GcpKms & { readonly adminUrl: string };
  const client = await connect(kms);
  const admin = async (method: string, path: string, body?: unknown): Promise<Json> =>
    (await (
      await fetch(kms.adminUrl + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) })
    ).json()) as Json;
  await admin('POST', '/pause', { nth: 1, when: 'after', action: 'CreateCryptoKey' });
  const creation = newKey(client);
  expect(await admin('GET', '/paused')).toMatchObject({ action: 'CreateCryptoKey', resource: RING });
  expect(await admin('GET', `/state?ring=${RING}`)).toMatchObject({ keys: [{ importOnly: true }] });
  await admin('POST', '/resume', {});
  await creation;
  expect((await admin('GET', '/calls')) as unknown).toMatchObject([{ action: 'Token' }, { outcome: 'ok' }]);
});
