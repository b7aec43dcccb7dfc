import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { knownSecrets } from '../../dev/secrecy/known-secrets.ts';
import { builtPlugin, type BundledPlugin } from '../support/host/bundle.ts';
import { startChild, type ChildOptions, type Exit, type PluginChild } from '../support/host/child.ts';
import { autoMtlsIdentity } from '../support/host/identity.ts';
import { startHost, type HostOptions } from '../support/host/start-host.ts';
import { jwt } from '../support/host/unwrap-server.ts';
import { watchPrinted } from './printed-faults.ts';
import { startVictim, type Victim } from './victim.ts';

const COOKIE = { VAULT_BACKEND_PLUGIN: '6669da05-b1c8-4f49-97d9-c8e5bed98e20' };

type Program = Pick<ChildOptions, 'command' | 'args'>;

/** Root writes to every folder unless it is kept from it. */
const WITHOUT_OVERRIDE =
  'exec setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search "$0"';
const READ_ONLY = 'mount -t tmpfs -o ro tmpfs "$TMPDIR" && exec "$0"';
/** In a user namespace of its own, which some systems allow nobody, or the administrator alone. */
const MAY_MOUNT = spawnSync('unshare', ['-rm', 'setpriv', '--version']).status === 0;

let plugin: BundledPlugin;
beforeAll(async () => {
  plugin = await builtPlugin();
});
afterAll(() => plugin.remove());

let folder: string;
const running: { close(): Promise<void> }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** A plugin that has to start all the same. */
async function start(options: Partial<HostOptions> = {}): Promise<Victim> {
  const victim = await startVictim({ command: plugin.path, ...options });
  running.push(victim.host);
  return victim;
}

/** A plugin that has to refuse. */
function run(
  env: Readonly<Record<string, string>>,
  program: Program = { command: plugin.path, args: [] },
): PluginChild {
  const PATH = process.env['PATH'] ?? '';
  const child = startChild({
    ...program,
    cwd: folder,
    env: { PATH, TMPDIR: folder, PLUGIN_PROTOCOL_VERSIONS: '5', ...COOKIE, ...env },
  });
  running.push({
    close: async () => {
      child.kill('SIGKILL');
      await child.exited;
    },
  });
  return child;
}

/** What a refusal looks like to the host: exit 1, nothing on stdout, and one error in the log that says why. */
async function refusal(child: PluginChild, secrets: readonly string[] = []): Promise<string> {
  const exit: Exit = await child.exited;
  expect(exit).toEqual({ code: 1, signal: null });
  expect(child.stdout()).toBe('');
  const known = knownSecrets();
  for (const text of secrets) known.add('a secret', Buffer.from(text));
  const faults = watchPrinted(child, known)().filter((fault) => !/^stdout is ""|^a mistake is logged/.test(fault));
  expect(faults).toEqual([]);
  const errors = child.logs().filter((line) => line['@level'] === 'error');
  expect(errors).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.startsWith('plugin'))).toEqual([]);
  return String(errors[0]?.['error_message']);
}

describe('a plugin refuses to start', () => {
  const identity = autoMtlsIdentity();

  it.each<[string, string]>([
    ['no PEM', 'certificate'],
    ['PEM of nothing', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
    ['PEM cut off', identity.certificate.slice(0, 300)],
    ['PEM with a wrong byte', identity.certificate.replace(/\n\w{4}/, '\n****')],
    ['a key', identity.key],
    ['a space', ' '],
  ])('with %s for the certificate of its host', async (_title, certificate) => {
    const reason = await refusal(run({ PLUGIN_CLIENT_CERT: certificate }), [identity.key.slice(40, 100)]);
    expect(reason).toMatch(/PLUGIN_CLIENT_CERT/);
  });

  it.each<[string, () => Readonly<Record<string, string>>, RegExp]>([
    [
      'that is not there',
      () => ({ PLUGIN_UNIX_SOCKET_DIR: join(folder, 'missing') }),
      /in [^ ]*\/missing: there is no such folder; set PLUGIN_UNIX_SOCKET_DIR in the environment of the server/,
    ],
    ['that is a file', () => ({ PLUGIN_UNIX_SOCKET_DIR: madeFile('f') }), /\/f: it is not a folder; set PLUGIN_/],
    [
      'for temporary files that is not there',
      () => ({ TMPDIR: join(folder, 'missing') }),
      /cannot make its socket in [^ ]*\/missing: there is no such folder; set TMPDIR in the environment of the server/,
    ],
    [
      'for temporary files that is a file',
      () => ({ TMPDIR: madeFile('f') }),
      /cannot make its socket in [^ ]*\/f: it is not a folder; set TMPDIR /,
    ],
    [
      'of too long a name',
      () => ({ PLUGIN_UNIX_SOCKET_DIR: join(folder, 'x'.repeat(100)) }),
      /is longer than 107 bytes/,
    ],
    [
      'with a separator of the handshake in its name',
      () => ({ PLUGIN_UNIX_SOCKET_DIR: made('a|b') }),
      /cannot be told/,
    ],
    ['with a line break in its name', () => ({ PLUGIN_UNIX_SOCKET_DIR: made('a\n1|5|unix|') }), /cannot be told/],
  ])('in a folder %s', async (_title, env, text) => {
    expect(await refusal(run(env()))).toMatch(text);
  });

  it.skipIf(!MAY_MOUNT).each<[string, string, RegExp]>([
    ['it may not write to', WITHOUT_OVERRIDE, /the plugin's user may not write there; set TMPDIR /],
    ['on a read-only file system', READ_ONLY, /the file system is read-only; set TMPDIR /],
  ])('in a folder for temporary files %s', async (_title, script, text) => {
    const TMPDIR = made('tmp');
    chmodSync(TMPDIR, 0o555);
    const child = run({ TMPDIR }, { command: 'unshare', args: ['-rm', 'sh', '-c', script, plugin.path] });
    const reason = await refusal(child);
    expect(reason).toMatch(text);
    expect(reason).toContain(`cannot make its socket in ${TMPDIR}: `);
    const [line] = child.logs().filter(({ '@level': level }) => level === 'error');
    expect(line?.['@message']).toBe('the plugin cannot start');
  });

  it.each(['no-such-group', '99999999999999', '-1', '../../etc', ':', 'root:x:0'])(
    'with a socket for the group %j',
    async (group) => {
      expect(await refusal(run({ PLUGIN_UNIX_SOCKET_GROUP: group }))).toMatch(/./);
    },
  );

  it.each<[string, string]>([
    ['no token', 'x'],
    ['a token of nothing', '..'],
    ['a token without address', jwt({ type: 'wrapping' })],
    ['an address that is none', jwt({ addr: 'nowhere' })],
    ['an address that is no text', jwt({ addr: { a: 1 } })],
    ['an address of another protocol', jwt({ addr: 'file:///etc/passwd' })],
    ['an address where nobody is', jwt({ addr: 'http://127.0.0.1:9' })],
  ])('with %s for the unwrapping', async (_title, token) => {
    const child = run({ PLUGIN_PROTOCOL_VERSIONS: '4,3', VAULT_UNWRAP_TOKEN: token });
    expect(await refusal(child, token.length > 10 ? [token] : [])).toMatch(/./);
  });

  it('when its host does not listen any more', async () => {
    const PATH = process.env['PATH'] ?? '';
    const env = { PATH, TMPDIR: folder, PLUGIN_PROTOCOL_VERSIONS: '5', ...COOKIE };
    const child = spawn(plugin.path, [], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    child.stderr.resume();
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['', 'x', `${COOKIE.VAULT_BACKEND_PLUGIN} `, COOKIE.VAULT_BACKEND_PLUGIN.toUpperCase()])(
    'with the cookie %j',
    async (cookie) => {
      const child = run({ VAULT_BACKEND_PLUGIN: cookie });
      expect(await child.exited).toEqual({ code: 1, signal: null });
      expect(child.stdout()).toBe('');
      expect(child.stderr()).toMatch(/^This binary is a plugin\./);
    },
  );
});

function made(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

function madeFile(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  return path;
}

describe('a plugin starts all the same', () => {
  it.each(['', '99', 'a,b', '-1,5,5,5', `${'5,'.repeat(999)}5`, '5.0', '0x5', '\u0660', 'Infinity,NaN'])(
    'when offered the versions %j',
    async (versions) => {
      const host = await startHost({ command: plugin.path, mode: 'plaintext', versions });
      running.push(host);
      expect(['3', '4', '5']).toContain(host.handshake[1]);
      const mount = await host.mount();
      const { error } = await mount.handleRequest({ operation: 'list', path: 'key/' }, { deadlineMs: 20_000 });
      expect(error).toBeUndefined();
      expect(watchPrinted(host.plugin, knownSecrets())()).toEqual([]);
    },
  );

  it.each<[string, Readonly<Record<string, string>>]>([
    ['with an empty certificate', { PLUGIN_CLIENT_CERT: '' }],
    ['without multiplexing of the broker', { PLUGIN_MULTIPLEX_GRPC: 'true' }],
    [
      'with ten thousand variables',
      Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`V${i}`, 'x'.repeat(90)])),
    ],
    ['with a variable of 128 kB', { LONG: 'x'.repeat(128 * 1024 - 20) }],
    ['with what JavaScript calls its own', { __proto__x: '1', constructor: '1', toString: '1' }],
    ['traced by grpc-js', { GRPC_TRACE: 'all', GRPC_VERBOSITY: 'DEBUG' }],
    ['with a port range of another system', { PLUGIN_MIN_PORT: 'x', PLUGIN_MAX_PORT: '-1' }],
  ])('%s', async (_title, env) => {
    await (await start({ env })).stands();
  });

  it.each<[string, string]>([
    ['stdin', 'exec "$0" 0<&-'],
    ['stderr', 'exec "$0" 2>&-'],
    ['its reader of stderr', 'exec "$0" 2> >(:)'],
    ['room for stderr', 'exec "$0" 2>/dev/full'],
    ['HOME', 'unset HOME; exec "$0"'],
    ['a working folder', 'd=$(mktemp -d) && cd "$d" && rmdir "$d" && exec "$0"'],
  ])('without %s', async (_title, script) => {
    const victim = await start({ command: 'bash', args: ['-c', script, plugin.path] });
    await victim.mount.handleRequest({ operation: 'update', path: 'key/logged', data: { type: 'aes256-gcm96' } });
    await victim.stands();
    expect(await victim.host.shutdown()).toEqual({ code: 0, signal: null });
  });
});
