import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TransportSecurity } from '../../src/goplugin/transport-security.ts';
import { unwrapTlsProvider } from '../../src/vault/unwrap-tls.ts';
import { autoMtlsIdentity, legacyIdentity } from '../support/host/identity.ts';
import { jwt, startUnwrapServer, type UnwrapServer } from '../support/host/unwrap-server.ts';

const shared = legacyIdentity('7b6f7c2e-shared');
const serverTls = autoMtlsIdentity();

let folder: string;
let caFile: string;
let server: UnwrapServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unwrap-'));
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, serverTls.certificate);
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** A folder as Kubernetes mounts a secret: links into a folder that is itself a link. */
function kubernetesVolume(file: string): string {
  const volume = join(folder, 'volume');
  mkdirSync(join(volume, '..2026_11_24'), { recursive: true });
  copyFileSync(file, join(volume, '..2026_11_24', 'ca.pem'));
  symlinkSync('..2026_11_24', join(volume, '..data'));
  symlinkSync(join('..data', 'ca.pem'), join(volume, 'ca.pem'));
  return volume;
}

const provide = (env: Record<string, string>, args: readonly string[] = []): Promise<TransportSecurity> =>
  unwrapTlsProvider({ env, args })();

describe('the certificate in a wrapping token', () => {
  it('is fetched from the server that the token names, with the whole token', async () => {
    server = await startUnwrapServer(shared);
    const security = await provide({ VAULT_UNWRAP_TOKEN: server.token });
    expect(
      new X509Certificate(security?.certificate ?? '').raw.equals(new X509Certificate(shared.certificate).raw),
    ).toBe(true);
    expect(security).toMatchObject({ serverName: '7b6f7c2e-shared', trusted: security?.certificate });
    expect(security?.announce).toBeUndefined();
    expect(createPrivateKey(security?.key.reveal() ?? '').equals(createPrivateKey(shared.key))).toBe(true);
    expect(inspect(security)).toContain('key: [redacted]');
    expect(server.requests).toEqual([
      { method: 'PUT', url: '/v1/sys/wrapping/unwrap', token: server.token, body: 'null' },
    ]);
  });

  it("is fetched with OpenBao's variable before Vault's", async () => {
    server = await startUnwrapServer(shared);
    const security = await provide({ BAO_UNWRAP_TOKEN: server.token, VAULT_UNWRAP_TOKEN: 'not.a.token' });
    expect(security?.serverName).toBe('7b6f7c2e-shared');
  });

  it.each([
    [{ VAULT_PLUGIN_AUTOMTLS_ENABLED: 'true', VAULT_UNWRAP_TOKEN: 'x' }],
    [{ VAULT_PLUGIN_METADATA_MODE: 'true', VAULT_UNWRAP_TOKEN: 'x' }],
    [{ BAO_PLUGIN_METADATA_MODE: 'true', VAULT_PLUGIN_METADATA_MODE: 'false', VAULT_UNWRAP_TOKEN: 'x' }],
    [{}],
  ])('is not asked for with %o', async (env) => {
    expect(await provide(env)).toBeUndefined();
  });

  it.each([
    ['no token at all', 'nonsense', 'could not validate addr claim'],
    ['no address', jwt({ jti: 'x' }), 'could not validate addr claim'],
    ['an address that is no text', jwt({ addr: 1 }), 'could not parse addr claim'],
    ['an empty address', jwt({ addr: '' }), 'no vault api_addr found'],
  ])('is not to be had from a token with %s', async (_, token, text) => {
    await expect(provide({ VAULT_UNWRAP_TOKEN: token })).rejects.toThrow(new Error(text));
  });

  it('is not to be had twice, and the error says where it was asked for', async () => {
    server = await startUnwrapServer(shared);
    const env = { VAULT_UNWRAP_TOKEN: server.token };
    await provide(env);
    await expect(provide(env)).rejects.toThrow(
      /^PUT http:\/\/127\.0\.0\.1:\d+\/v1\/sys\/wrapping\/unwrap: the server answers 400$/,
    );
  });

  it('is not to be had from an answer without one', async () => {
    const odd = createServer((_request, response) => response.end('{"data":{"ServerCert":"x"}}'));
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    const token = jwt({ addr: `http://127.0.0.1:${(odd.address() as AddressInfo).port}` });
    await expect(provide({ VAULT_UNWRAP_TOKEN: token })).rejects.toThrow(/holds no ServerCert and ServerKey$/);
    odd.close();
  });

  it('is fetched from the active node when a standby names it', async () => {
    const active = await startUnwrapServer(shared);
    server = active;
    const claims = JSON.parse(Buffer.from(active.token.split('.')[1] ?? '', 'base64url').toString()) as {
      addr: string;
    };
    const standby = createServer((request, response) => {
      response.writeHead(307, { location: `${claims.addr}${request.url ?? ''}` }).end();
    });
    await new Promise<void>((resolve) => standby.listen(0, '127.0.0.1', resolve));
    const token = jwt({ addr: `http://127.0.0.1:${(standby.address() as AddressInfo).port}` });
    expect((await provide({ VAULT_UNWRAP_TOKEN: token }))?.serverName).toBe('7b6f7c2e-shared');
    standby.close();
  });
});

describe('a server with TLS', () => {
  it('is not trusted without a word of the operator', async () => {
    server = await startUnwrapServer(shared, serverTls);
    await expect(provide({ VAULT_UNWRAP_TOKEN: server.token })).rejects.toThrow(/certificate/);
  });

  it.each<[string, (file: string) => { args?: string[]; env?: Record<string, string> }]>([
    ['-ca-cert=', (file) => ({ args: [`-ca-cert=${file}`] })],
    ['--ca-cert', (file) => ({ args: ['--other', '--ca-cert', file] })],
    ['-ca-path=', (file) => ({ args: [`-ca-path=${join(file, '..')}`] })],
    ['-tls-skip-verify', () => ({ args: ['-tls-skip-verify', '-other=x'] })],
    ['VAULT_CACERT', (file) => ({ env: { VAULT_CACERT: file } })],
    ['BAO_CACERT', (file) => ({ env: { BAO_CACERT: file, VAULT_CACERT: '/nowhere' } })],
    ['VAULT_CAPATH', (file) => ({ env: { VAULT_CAPATH: join(file, '..') } })],
    ['the files of a Kubernetes volume', (file) => ({ env: { VAULT_CAPATH: kubernetesVolume(file) } })],
    ['VAULT_SKIP_VERIFY', () => ({ env: { VAULT_SKIP_VERIFY: 't' } })],
    ['a flag before a variable', (file) => ({ args: [`-ca-cert=${file}`], env: { VAULT_CACERT: '/nowhere' } })],
  ])('is trusted by %s', async (_, how) => {
    server = await startUnwrapServer(shared, serverTls);
    const { args = [], env = {} } = how(caFile);
    const security = await provide({ ...env, VAULT_UNWRAP_TOKEN: server.token }, args);
    expect(security?.serverName).toBe('7b6f7c2e-shared');
  });

  it('must have the name that the operator expects', async () => {
    server = await startUnwrapServer(shared, serverTls);
    const args = [`-ca-cert=${caFile}`, '-tls-server-name=vault.example'];
    await expect(provide({ VAULT_UNWRAP_TOKEN: server.token }, args)).rejects.toThrow(/vault\.example/);
  });
});
