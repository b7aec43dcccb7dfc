import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../support/host/rpc.ts';
import { ECHO_PLUGIN, usePlugin } from '../support/host/use-plugin.ts';

const echo = usePlugin(ECHO_PLUGIN);
const COOKIE = { VAULT_BACKEND_PLUGIN: '6669da05-b1c8-4f49-97d9-c8e5bed98e20' };
const PATH = process.env['PATH'] ?? '';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gp-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const failure = (promise: Promise<unknown>): Promise<ServiceError> =>
  promise.then(
    () => expect.fail('the call succeeded'),
    (error: unknown) => error as ServiceError,
  );

describe('a plugin started by hand', () => {
  it.each([{}, { VAULT_BACKEND_PLUGIN: 'x' }, { VAULT_DATABASE_PLUGIN: COOKIE.VAULT_BACKEND_PLUGIN }])(
    'says that it is none of a command and exits with 1 (%o)',
    (env) => {
      const { status: code, stdout, stderr } = spawnSync(echo.path(), { env: { PATH, ...env }, encoding: 'utf8' });
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toBe(
        'This binary is a plugin. These are not meant to be executed directly.\n' +
          'Please execute the program that consumes these plugins, which will\n' +
          'load any plugins automatically\n',
      );
    },
  );
});

describe('the handshake', () => {
  it('names the certificate to a host with AutoMTLS', async () => {
    const host = await echo.start({ env: { TMPDIR: folder } });
    const [core, version, network, address, protocol, certificate = '', ...rest] = host.handshake;
    expect([core, version, network, protocol, rest]).toEqual(['1', '5', 'unix', 'grpc', []]);
    expect(address?.startsWith(`${folder}/plugin`)).toBe(true);
    expect(certificate).toMatch(/^[A-Za-z0-9+/]{200,}$/);
    expect(host.plugin.stdout()).toBe(`${host.handshake.join('|')}\n`);
  });

  it('leaves the certificate empty without AutoMTLS', async () => {
    const host = await echo.start({ mode: 'plaintext' });
    expect(host.plugin.stdout()).toMatch(/^1\|4\|unix\|\/[^|]+\|grpc\|\n$/);
  });

  it('declines broker multiplexing to a host that asks for it', async () => {
    const host = await echo.start({ env: { PLUGIN_MULTIPLEX_GRPC: 'true' } });
    expect(host.handshake).toHaveLength(7);
    expect(host.handshake[6]).toBe('false');
  });

  it.each([
    ['4,3', '4'],
    ['3,4', '4'],
    ['5', '5'],
    ['3,5,4', '5'],
    ['3', '3'],
    ['6,7', '3'],
    ['', '3'],
  ])('answers %j with version %s', async (versions, expected) => {
    const host = await echo.start({ mode: 'plaintext', versions });
    expect(host.handshake[1]).toBe(expected);
  });
});

describe('the listener', () => {
  it('keeps its socket to the user', async () => {
    const host = await echo.start();
    expect(statSync(host.handshake[3] ?? '').mode & 0o777).toBe(0o700);
  });

  it('puts its socket where the host wants it, and lets the group in', async () => {
    const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
    const host = await echo.start({ env: { PLUGIN_UNIX_SOCKET_DIR: folder, PLUGIN_UNIX_SOCKET_GROUP: group } });
    const path = host.handshake[3] ?? '';
    expect(path.startsWith(`${folder}/`)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it('takes the next port when the first is in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      const range = { PLUGIN_MIN_PORT: String(port), PLUGIN_MAX_PORT: String(port + 20) };
      const host = await echo.start({ env: { ...range, ECHO_NETWORK: 'tcp' } });
      const [address, chosen] = (host.handshake[3] ?? '').split(':');
      expect(address).toBe('127.0.0.1');
      expect(Number(chosen)).toBeGreaterThan(port);
      expect(Number(chosen)).toBeLessThanOrEqual(port + 20);
      expect((await host.mount()).brokered.calls).toEqual([]);
    } finally {
      taken.close();
    }
  });

  it('refuses a path that the kernel would cut off, and exits with 1', () => {
    const env = { PATH, ...COOKIE, TMPDIR: join(folder, 'x'.repeat(120)) };
    const { status: code, stdout, stderr } = spawnSync(echo.path(), { env, encoding: 'utf8' });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('is longer than 107 bytes; set TMPDIR to a shorter folder');
  });
});

describe('what is loaded after the handshake', () => {
  it('ends the process with 1 and a reason when it cannot be loaded', () => {
    const env = { PATH, ...COOKIE, TMPDIR: folder, ECHO_LOAD: 'fail' };
    const { status: code, stdout, stderr } = spawnSync(echo.path(), { env, encoding: 'utf8', timeout: 20_000 });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^1\|3\|unix\|/);
    expect(JSON.parse(stderr)).toMatchObject({
      '@level': 'error',
      '@message': 'the plugin cannot start',
      error_message: 'a part cannot be read',
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the end', () => {
  it('comes with exit 0, a clean-up of each mount and no socket left, when the host asks for it', async () => {
    const host = await echo.start({ env: { TMPDIR: folder } });
    await host.mount({ uuid: 'one' });
    await host.mount({ uuid: 'two' });
    expect(await host.shutdown()).toEqual({ code: 0, signal: null });
    const cleaned = host.plugin.logs().filter((line) => line['@message'] === 'cleaned up');
    expect(cleaned.map((line) => line['uuid'])).toEqual(['one', 'two']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not wait for a request that goes on', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    const waiting = failure(mount.handleRequest({ path: 'wait' }));
    await host.plugin.logged('waiting');
    // The host closes its end only when the plugin is gone: the answer must get through.
    await call(host.client, host.wire.controller.Shutdown, {});
    expect(await host.plugin.exited).toEqual({ code: 0, signal: null });
    expect(await waiting).toMatchObject({ code: status.UNAVAILABLE, details: 'the plugin is shutting down' });
  });

  it('comes by itself when the host is gone', async () => {
    const host = await echo.start({ env: { TMPDIR: folder } });
    await host.mount();
    host.vanish();
    expect(await host.plugin.exited).toEqual({ code: 0, signal: null });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not brought about by SIGINT', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    host.plugin.kill('SIGINT');
    expect((await mount.handleRequest({ path: 'config' })).error).toBeUndefined();
    expect(await host.shutdown()).toEqual({ code: 0, signal: null });
  });

  it('waits on SIGTERM for the requests in flight', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    const waiting = mount.handleRequest({ path: 'slow' });
    await host.plugin.logged('waiting');
    host.plugin.kill('SIGTERM');
    await host.plugin.logged('plugin is leaving');
    await mount.invalidateKey('go on');
    expect((await waiting).response?.data).toEqual({ slow: true });
    expect(await host.plugin.exited).toEqual({ code: 0, signal: null });
  });

  it.each(['crash', 'reject'])('is a failure after a %s: it is logged, answered, and exit 1', async (path) => {
    const host = await echo.start({ env: { TMPDIR: folder } });
    const mount = await host.mount();
    const waiting = failure(mount.handleRequest({ path: 'wait' }));
    await host.plugin.logged('waiting');
    const crashing = mount.handleRequest({ path }).catch((error: unknown) => error);
    expect(await host.plugin.exited).toEqual({ code: 1, signal: null });
    expect(await waiting).toMatchObject({
      code: status.UNAVAILABLE,
      details: "the plugin has failed; see the server's log",
    });
    await crashing;
    const line = host.plugin.logs().find((entry) => entry['@level'] === 'error');
    expect(line?.['@message']).toBe('unexpected fault, the plugin exits');
    expect(line?.['error_message']).toMatch(/on purpose$/);
    expect(existsSync(host.handshake[3] ?? '')).toBe(false);
  });
});

describe('the output', () => {
  it('is the handshake alone on stdout, whatever is printed', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    await mount.handleRequest({ path: 'noise' });
    await host.shutdown();
    expect(host.plugin.stdout()).toBe(`${host.handshake.join('|')}\n`);
    const texts = host.plugin.logs().map((line) => line['text']);
    for (const text of ['noise on stdout', 'more noise', 'noise on stderr', 'Warning: a warning']) {
      expect(texts).toContain(text);
    }
  });

  it('is JSON of hclog on stderr, line for line', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    await mount.handleRequest({ path: 'noise' });
    await host.shutdown();
    const lines = host.plugin.stderr().trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      expect(entry).toMatchObject({ '@module': 'echo', '@message': expect.any(String) as string });
      expect(['trace', 'debug', 'info', 'warn', 'error']).toContain(entry['@level']);
      expect(entry['@timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    }
  });
});

describe('AutoMTLS', () => {
  it("announces a certificate that openssl accepts for both ends and for the host's name", async () => {
    const host = await echo.start();
    const file = join(folder, 'plugin.der');
    const pem = join(folder, 'plugin.pem');
    writeFileSync(file, Buffer.from(host.handshake[5] ?? '', 'base64'));
    const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });
    openssl('x509', '-inform', 'DER', '-in', file, '-out', pem);
    for (const purpose of ['sslserver', 'sslclient']) {
      const trusted = ['-x509_strict', '-CAfile', pem, '-purpose', purpose, '-verify_hostname', 'localhost'];
      expect(openssl('verify', ...trusted, pem)).toContain(': OK');
    }
    const text = openssl('x509', '-in', pem, '-noout', '-text');
    expect(text).toContain('NIST CURVE: P-256');
    expect(text).toContain('DNS:localhost');
    expect(text).toContain('TLS Web Server Authentication, TLS Web Client Authentication');
    expect(text).toContain('CA:FALSE');
  });

  it('turns away a client without the certificate of the host', async () => {
    const host = await echo.start();
    const stranger = await echo.start();
    const address = `unix:${host.handshake[3] ?? ''}`;
    const { Client, credentials } = await import('@grpc/grpc-js');
    const { X509Certificate } = await import('node:crypto');
    const roots = Buffer.from(new X509Certificate(Buffer.from(host.handshake[5] ?? '', 'base64')).toString());
    const options = { 'grpc.ssl_target_name_override': 'localhost' };
    const client = new Client(address, credentials.createSsl(roots), options);
    const error = await failure(call(client, stranger.wire.health.Check, { service: 'plugin' }, { deadlineMs: 2_000 }));
    client.close();
    expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain(error.code);
  });
});

describe('health', () => {
  it('is serving, under the name that a host asks for', async () => {
    const host = await echo.start();
    expect(await call(host.client, host.wire.health.Check, { service: 'plugin' })).toEqual({ status: 'SERVING' });
    expect((await failure(call(host.client, host.wire.health.Check, { service: 'x' }))).code).toBe(status.NOT_FOUND);
  });

  it.each([
    ['plugin', 'SERVING'],
    ['x', 'SERVICE_UNKNOWN'],
  ])('of %j can be watched: %s', async (service, expected) => {
    const host = await echo.start();
    const { path, requestSerialize, responseDeserialize } = host.wire.health.Watch;
    const stream = host.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service });
    stream.on('error', () => undefined);
    const first = await new Promise((resolve) => stream.once('data', resolve));
    expect(first).toEqual({ status: expected });
    stream.cancel();
  });
});

describe('stdio', () => {
  it('is a stream that stays open and silent', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    const { path, requestSerialize, responseDeserialize } = host.wire.stdio.StreamStdio;
    const stream = host.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
    const events: string[] = [];
    stream.on('data', () => events.push('data')).on('error', () => events.push('error'));
    const ended = new Promise((resolve) => stream.on('end', resolve));
    stream.on('end', () => events.push('end'));
    await mount.handleRequest({ path: 'noise' });
    expect(events).toEqual([]);
    await host.shutdown();
    await ended;
    expect(events).not.toContain('data');
  });
});
