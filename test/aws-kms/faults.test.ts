import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DescribeKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { ALICE, kmsClient, newKey, REGION } from './client.ts';

async function running(): Promise<Kms> {
  const kms = await startKms({ accessKeys: [ALICE] });
  onTestFinished(() => kms.close());
  return kms;
}

describe('embedded KMS faults', () => {
  it('returns an error before the effect, or drops the response after it', async () => {
    const kms = await running();
    const client = kmsClient(kms.url);
    kms.faults.set(({ action, nth }) => {
      if (action !== 'CreateKey') return undefined;
      if (nth === 1) return { when: 'before', error: { code: 'DependencyTimeoutException', status: 503 } };
      return { when: 'after', drop: true };
    });
    await expect(newKey(client)).rejects.toMatchObject({ name: 'DependencyTimeoutException' });
    expect(kms.keys(REGION)).toHaveLength(0);
    await expect(newKey(client)).rejects.toThrow();
    expect(kms.keys(REGION)).toHaveLength(1);
    expect(kms.calls()).toMatchObject([
      { action: 'CreateKey', outcome: 'DependencyTimeoutException', effect: false },
      { action: 'CreateKey', outcome: 'dropped', effect: true, keyId: kms.keys(REGION)[0]?.id },
    ]);
    kms.faults.clear();
    await newKey(client);
  });

  it('leaves a call without a response', async () => {
    const kms = await running();
    kms.faults.set(() => ({ when: 'before', hang: true }));
    const patience = new AbortController();
    const call = kmsClient(kms.url).send(new ListKeysCommand({}), { abortSignal: patience.signal });
    await expect.poll(() => kms.calls()[0]?.outcome).toBe('hung');
    patience.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('holds a call in another process, before or after its effect, until it is resumed', async () => {
    const { url, adminUrl } = await otherProcess();
    const client = kmsClient(url);
    const admin = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
      const response = await fetch(adminUrl + path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      expect(response.status).toBe(200);
      return (await response.json()) as Record<string, unknown>;
    };
    const keyCount = async (): Promise<number> =>
      ((await admin('GET', `/state?region=${REGION}`))['keys'] as unknown[]).length;

    await admin('POST', '/pause', { nth: 2, when: 'before' });
    await newKey(client);
    const second = newKey(client);
    expect(await admin('GET', '/paused')).toMatchObject({ action: 'CreateKey', region: REGION });
    expect(await keyCount()).toBe(1);
    await admin('POST', '/resume');
    const keyId = await second;

    await admin('POST', '/pause', { nth: 1, when: 'after', action: 'CreateKey' });
    const third = newKey(client);
    await admin('GET', '/paused');
    expect(await keyCount()).toBe(3);
    const dropped = expect(third).rejects.toThrow();
    await admin('POST', '/resume', { drop: true });
    await dropped;

    const rules = [
      { action: 'DescribeKey', nth: 2, when: 'before', error: { code: 'KMSInternalException', status: 500 } },
    ];
    await admin('POST', '/faults', { rules });
    await client.send(new DescribeKeyCommand({ KeyId: keyId }));
    await expect(client.send(new DescribeKeyCommand({ KeyId: keyId }))).rejects.toMatchObject({
      name: 'KMSInternalException',
    });
    await admin('DELETE', '/faults');
    await client.send(new DescribeKeyCommand({ KeyId: keyId }));
  });
});

/** The embedded KMS as its command line starts it. */
async function otherProcess(): Promise<{ readonly url: string; readonly adminUrl: string; readonly pid: number }> {
  const main = join(import.meta.dirname, '../../dev/aws-kms/main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main, JSON.stringify({ accessKeys: [ALICE] })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const ready = JSON.parse(line) as { url: string; adminUrl: string; pid: number };
  expect(ready.pid).toBe(child.pid);
  return ready;
}
