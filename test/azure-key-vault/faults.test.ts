import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startKeyVault, type KeyVault, TENANT } from '../../dev/azure-key-vault/key-vault.ts';
import { ALICE, askToken, errorOf, secretOf, sender, signedIn } from './client.ts';
import { ec, jwk } from './material.ts';

const key = jwk(ec());

async function running(): Promise<KeyVault> {
  const keyVault = await startKeyVault({ applications: [ALICE] });
  onTestFinished(() => keyVault.close());
  return keyVault;
}

describe('embedded Key Vault faults', () => {
  it('returns an error before the effect, or drops the response after it', async () => {
    const keyVault = await running();
    const send = await signedIn(keyVault);
    keyVault.faults.set(({ action, nth }) => {
      if (action !== 'KeyImport') return undefined;
      if (nth === 1) return { when: 'before', error: { code: 'ServiceUnavailable', status: 503 } };
      return { when: 'after', drop: true };
    });
    expect(errorOf(await send('PUT', '/keys/k', { key }))).toMatchObject({ status: 503, code: 'ServiceUnavailable' });
    expect(keyVault.keys()).toEqual([]);
    await expect(send('PUT', '/keys/k', { key })).rejects.toThrow();
    expect(keyVault.keys()).toMatchObject([{ name: 'k', versions: [{}] }]);
    expect(keyVault.calls().slice(1)).toMatchObject([
      { outcome: 'ServiceUnavailable', effect: false },
      { outcome: 'dropped', effect: true },
    ]);
    keyVault.faults.clear();
    expect((await send('PUT', '/keys/k', { key })).status).toBe(200);
  });

  it('leaves a call without a response, at the login endpoint too', async () => {
    const keyVault = await running();
    keyVault.faults.set(() => ({ when: 'before', hang: true }));
    const patience = new AbortController();
    const call = fetch(`${keyVault.loginUrl}/${TENANT}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams(secretOf(ALICE)),
      signal: patience.signal,
    });
    await expect.poll(() => keyVault.calls()[0]).toMatchObject({ action: 'Token', outcome: 'hung', effect: false });
    patience.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('holds a call in another process until it is resumed', async () => {
    const { url, loginUrl, adminUrl } = await otherProcess();
    const admin = async (method: string, path: string, body?: object): Promise<unknown> => {
      const response = await fetch(adminUrl + path, { method, ...(body && { body: JSON.stringify(body) }) });
      expect(response.status).toBe(200);
      return response.json();
    };
    const { body } = await askToken({ loginUrl, tenantId: TENANT }, secretOf(ALICE));
    const send = sender(url, String(body['access_token']));
    await admin('POST', '/pause', { nth: 1, when: 'after', action: 'KeyImport' });
    const held = send('PUT', '/keys/k', { key });
    const dropped = expect(held).rejects.toThrow();
    expect(await admin('GET', '/paused')).toMatchObject({ action: 'KeyImport', vault: 'test', key: 'k' });
    expect(await admin('GET', '/state')).toMatchObject({ keys: [{ name: 'k', versions: [{ enabled: true }] }] });
    await admin('POST', '/resume', { drop: true });
    await dropped;
  });
});

/** The embedded Key Vault as its command line starts it. */
async function otherProcess(): Promise<{ readonly url: string; readonly loginUrl: string; readonly adminUrl: string }> {
  const main = join(import.meta.dirname, '../../dev/azure-key-vault/main.ts');
  const options = JSON.stringify({ applications: [ALICE] });
  const child = spawn(process.execPath, ['--import', 'tsx', main, options], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const ready = JSON.parse(line) as { url: string; loginUrl: string; adminUrl: string; pid: number };
  expect(ready.pid).toBe(child.pid);
  return ready;
}
