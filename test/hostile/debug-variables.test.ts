import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { V8_OPTIONS } from '../../dev/build/launcher.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { isAllowedVariable } from '../../src/support/allowed-variables.ts';
import { builtPlugin, givenExecutable, skippedForExecutable, type BundledPlugin } from '../support/host/bundle.ts';
import { builtExecutable } from '../support/host/executable.ts';
import { autoMtlsIdentity } from '../support/host/identity.ts';
import { startVictim, type Victim } from './victim.ts';

const REGION = 'eu-west-2';
const ACCESS_KEY = {
  accessKeyId: 'AKIADEBUGVARIABLE',
  secretAccessKey: randomBytes(30).toString('base64url'),
  sessionToken: randomBytes(60).toString('base64url'),
};
/** Where a victim looks for AWS unless it is told otherwise. */
const NOBODY = 'http://127.0.0.1:9';
const AMBIENT_SECRET = randomBytes(30).toString('base64url');

/** The folder that Node caches compiled code in. */
const COMPILE_CACHE = 'compile-cache';

/** What makes Node, its libraries, grpc-js and SDKs print or write what they do, as loud as each can be. */
const LOUDEST: Readonly<Record<string, string>> = {
  NODE_DEBUG: '*',
  NODE_DEBUG_NATIVE: '*',
  NODE_OPTIONS: '--trace-warnings --trace-uncaught --trace-exit --trace-tls',
  NODE_V8_COVERAGE: 'coverage',
  NODE_REDIRECT_WARNINGS: 'warnings',
  NODE_PENDING_DEPRECATION: '1',
  NODE_REPL_HISTORY: 'history',
  NODE_COMPILE_CACHE: COMPILE_CACHE,
  NODE_PATH: '/nowhere',
  UV_THREADPOOL_SIZE: '1',
  UV_USE_IO_URING: '1',
  OPENSSL_CONF: '/nowhere.cnf',
  SSLKEYLOGFILE: 'tls-keys',
  GRPC_TRACE: 'all',
  GRPC_VERBOSITY: 'DEBUG',
  GRPC_NODE_TRACE: 'all',
  GRPC_NODE_VERBOSITY: 'DEBUG',
  GRPC_NODE_DEBUG_SEND_ERROR_DETAILS: 'true',
  DEBUG: '*',
  DIAGNOSTICS: '*',
  AWS_DEBUG: 'true',
  AWS_SDK_DEBUG: '*',
  AWS_SDK_JS_LOG_LEVEL: 'trace',
  AZURE_LOG_LEVEL: 'verbose',
  GOOGLE_SDK_NODE_LOGGING: '*',
};

const given = givenExecutable();
const executable = given === undefined ? await builtExecutable('glibc') : { path: given };
const unbuilt = 'missing' in executable ? ` (skipped: ${executable.missing})` : '';
const noScript = skippedForExecutable('neither a shell nor Node.js starts');

/** What is shipped: the script, which a shell starts, and the executable, which has no shell. */
const PROGRAMS = [
  {
    title: `the script${noScript}`,
    path: () => plugin.path,
    skipped: noScript !== '',
    louder: { NODE_REPL_EXTERNAL_MODULE: '/nowhere.js' },
    commandLine: () => ['node', plugin.path],
    dumps: 0,
  },
  {
    title: `the single executable${unbuilt}`,
    path: () => ('path' in executable ? executable.path : ''),
    skipped: unbuilt !== '',
    commandLine: () => ['path' in executable ? executable.path : ''],
    // Node ends an executable that is set to take no NODE_OPTIONS when it finds that variable.
    louder: {},
    // One without memory.
    dumps: 1,
  },
];

let plugin: BundledPlugin;
let kms: Kms;
beforeAll(async () => {
  plugin = await builtPlugin();
  const wrappingKeys = wrappingKeyRing();
  // Made before a request waits for them: on a busy machine that may take longer than the request may.
  await Promise.all([0, 1].map((turn) => wrappingKeys.take(4096, turn)));
  kms = await startKms({ accessKeys: [ACCESS_KEY], wrappingKeys });
});
afterAll(async () => {
  await kms.close();
  await plugin.remove();
});

const victims: Victim[] = [];
afterEach(async () => {
  await Promise.all(victims.splice(0).map(({ host }) => host.close()));
});

async function start(env: Readonly<Record<string, string>>, command?: readonly string[]): Promise<Victim> {
  const [program = plugin.path, ...args] = command ?? [];
  const allowed = {
    KEYMGMT_ALLOWED_ENDPOINTS: `${NOBODY},${kms.url}`,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_SECRET_ACCESS_KEY: AMBIENT_SECRET,
  };
  const victim = await startVictim({ command: program, args, mode: 'automtls', env: { ...allowed, ...env } });
  victims.push(victim);
  victim.know('the ambient secret key', Buffer.from(AMBIENT_SECRET));
  return victim;
}

/** Brings a key to the KMS and makes a version more; the victim knows all secrets of it. */
async function useKms(victim: Victim): Promise<void> {
  const { mount, storage } = victim;
  victim.know('the secret key', Buffer.from(ACCESS_KEY.secretAccessKey));
  victim.know('the session token', Buffer.from(ACCESS_KEY.sessionToken));
  const credentials = {
    access_key: ACCESS_KEY.accessKeyId,
    secret_key: ACCESS_KEY.secretAccessKey,
    session_token: ACCESS_KEY.sessionToken,
    endpoint: kms.url,
  };
  const requests = [
    { operation: 'create', path: 'kms/cloud', data: { provider: 'awskms', key_collection: REGION, credentials } },
    { operation: 'create', path: 'key/app', data: { type: 'aes256-gcm96' } },
    { operation: 'update', path: 'kms/cloud/key/app', data: { purpose: 'encrypt,decrypt', protection: 'hsm' } },
    { operation: 'update', path: 'key/app/rotate', data: {} },
  ];
  for (const request of requests) {
    const { response, error } = await mount.handleRequest(request, { deadlineMs: 20_000 });
    expect([response?.data, error]).toEqual([undefined, undefined]);
  }
  for (const version of [1, 2]) {
    const entry = await storage.get(`material/app/${version}`);
    victim.know(`version ${version}`, entry?.value.subarray(1) ?? Buffer.alloc(0));
  }
}

/** Whether the kernel puts a core dump in the folder of the process. */
const DUMPS_IN_FOLDER = readFileSync('/proc/sys/kernel/core_pattern', 'utf8') === 'core\n';

/** In the kernel's tables. */
const LISTENING = '0A';

const environmentOf = (pid: number): string[] => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').slice(0, -1);
const folderOf = (pid: number): string => realpathSync(`/proc/${pid}/cwd`);

describe.each(PROGRAMS.filter(({ skipped }) => !skipped))('$title', ({ path, louder, commandLine, dumps }) => {
  it('prints and writes no secret, whatever the environment asks Node, grpc-js and SDKs to print', async () => {
    const victim = await start({ ...LOUDEST, ...louder }, [path()]);
    await useKms(victim);
    await victim.stands();
    const { pid } = victim.host.plugin;
    const names = environmentOf(pid).map((variable) => variable.replace(/=[^]*$/, ''));
    expect(names).toContain('AWS_SECRET_ACCESS_KEY');
    expect(Object.keys(LOUDEST).filter((name) => names.includes(name))).toEqual([]);
    expect(victim.host.plugin.logs().filter((line) => line['@message'] === 'output')).toEqual([]);
    // When the executable starts anew, Node has cached the loader's code, and writes which lines have run till then.
    const entries = readdirSync(folderOf(pid), { recursive: true, withFileTypes: true });
    const written = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes(COMPILE_CACHE));
    const files = written.map(({ name }) => name);
    expect(files.filter((name) => !name.startsWith('coverage-'))).toEqual([]);
  });

  it('is told apart from its values by name alone: odd values keep what they say', async () => {
    const value = "a'b\nexport AWS_PROFILE=other\nexport NODE_DEBUG=*\n$(exit 3)`exit 4`\\ *";
    // Of these, NODE_DEBUG alone has the executable start anew, without any of them.
    const odd = { VAULT_ODD: value, ODD: value, name: 'x', IFS: 'A', 'not-a-name': value, NODE_DEBUG: 'http' };
    const victim = await start(odd, [path()]);
    await victim.stands();
    const environment = environmentOf(victim.host.plugin.pid);
    expect(environment).toContain(`VAULT_ODD=${value}`);
    expect(environment.filter((variable) => /^(ODD|name|IFS|AWS_PROFILE|NODE_DEBUG)=/.test(variable))).toEqual([]);
  });

  it('passes no value on in its arguments', async () => {
    const { host } = await start({}, [path()]);
    const command = readFileSync(`/proc/${host.plugin.pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    const options = ['--disable-sigusr1', ...V8_OPTIONS];
    expect(command.filter((argument) => !options.includes(argument))).toEqual(commandLine());
  });

  it('verifies certificates all the same with NODE_TLS_REJECT_UNAUTHORIZED=0, and says so once', async () => {
    const { key, certificate: cert } = autoMtlsIdentity();
    let requests = 0;
    const impostor = createServer({ key, cert }, (_request, response) => {
      requests += 1;
      response.end('{}');
    });
    await once(impostor.listen(0, '127.0.0.1'), 'listening');
    try {
      const endpoint = `https://localhost:${(impostor.address() as AddressInfo).port}`;
      const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', KEYMGMT_ALLOWED_ENDPOINTS: `${NOBODY},${endpoint}` };
      const { host, mount } = await start(env, [path()]);
      const credentials = { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey, endpoint };
      const data = { provider: 'awskms', key_collection: REGION, credentials };
      expect(await mount.handleRequest({ operation: 'create', path: 'kms/impostor', data })).toMatchObject({});
      const check = await mount.handleRequest({ operation: 'update', path: 'kms/impostor/check', data: {} });
      expect(JSON.stringify(check)).toMatch(/certificate/);
      expect(requests).toBe(0);
      const warnings = host.plugin.logs().filter((line) => line['@level'] === 'warn');
      expect(warnings.map((line) => line['@message'])).toEqual([
        'NODE_TLS_REJECT_UNAUTHORIZED is ignored: certificates are always verified',
      ]);
    } finally {
      impostor.close();
    }
  });

  it('opens no debugger at SIGUSR1', async () => {
    await expectNoDebugger(await start({}, [path()]));
  });

  it.runIf(DUMPS_IN_FOLDER)('leaves no secret in a core dump', async () => {
    const victim = await start({}, ['/bin/sh', '-c', 'ulimit -c unlimited; exec "$0"', path()]);
    const { host } = victim;
    await victim.stands();
    const folder = folderOf(host.plugin.pid);
    host.plugin.kill('SIGABRT');
    await host.plugin.exited;
    const found = readdirSync(folder).filter((name) => name.startsWith('core'));
    expect(found).toHaveLength(dumps);
    for (const name of found) expect(statSync(join(folder, name)).size).toBeLessThan(1e6);
    // Looks for the secrets in what is left in its folder.
    await host.close();
  });
});

for (const { title } of PROGRAMS.filter(({ skipped }) => skipped)) {
  describe(title, () => {
    it.skip('is not started', () => undefined);
  });
}

describe.skipIf(noScript !== '')(`the script, with and without its shell${noScript}`, () => {
  it('drops what is loaded with it also where no shell has', async () => {
    const { GRPC_TRACE = '', GRPC_VERBOSITY = '', DEBUG = '', DIAGNOSTICS = '' } = LOUDEST;
    const victim = await start({ GRPC_TRACE, GRPC_VERBOSITY, DEBUG, DIAGNOSTICS }, [process.execPath, plugin.path]);
    await useKms(victim);
    await victim.stands();
    expect(victim.host.plugin.logs().filter((line) => line['@message'] === 'output')).toEqual([]);
  });

  it('goes on where an image of Node has set NODE_VERSION, and no shell has dropped it', async () => {
    const victim = await start({ NODE_VERSION: '24.0.0' }, [process.execPath, plugin.path]);
    await victim.stands();
  });

  it('does not go on where a variable has acted before it, and no shell has dropped it', async () => {
    const env = { NODE_DEBUG: 'http,tls' };
    if ('execve' in process) {
      const victim = await start(env, [process.execPath, plugin.path]);
      await useKms(victim);
      await victim.stands();
    } else {
      await expect(start(env, [process.execPath, plugin.path])).rejects.toThrow(
        /NODE_DEBUG in the environment has acted before the plugin could drop it/,
      );
    }
  });

  it('opens no debugger at SIGUSR1 where no shell has started it', async () => {
    await expectNoDebugger(await start({}, [process.execPath, plugin.path]));
  });

  it('may write no core dump where a shell has started it', async () => {
    const { host } = await start({});
    expect(readFileSync(`/proc/${host.plugin.pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m);
  });
});

it.each(['NODE_OPTIONS', 'node_debug', 'AWS_SDK_DEBUG', 'PATHS', 'XPATH', 'GRPC_TRACE', 'LD_PRELOAD', ''])(
  'takes no variable %j',
  (name) => {
    expect(isAllowedVariable(name)).toBe(false);
  },
);

// Of AWS's documentation for containers, Kubernetes and instances, of Node's for certificates, and of go-plugin's host.
it.each([
  ...['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME', 'AWS_STS_REGIONAL_ENDPOINTS'],
  ...['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
  ...['AWS_CONTAINER_AUTHORIZATION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'AWS_EC2_METADATA_DISABLED'],
  ...['AWS_PROFILE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_USE_FIPS_ENDPOINT', 'HOME'],
  ...['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'TMPDIR', 'TZ', 'PATH'],
  ...['PLUGIN_PROTOCOL_VERSIONS', 'PLUGIN_CLIENT_CERT', 'PLUGIN_UNIX_SOCKET_DIR', 'PLUGIN_MULTIPLEX_GRPC'],
  ...['VAULT_BACKEND_PLUGIN', 'VAULT_PLUGIN_METADATA_MODE', 'VAULT_UNWRAP_TOKEN', 'VAULT_VERSION', 'BAO_ADDR'],
])('takes the variable %s', (name) => {
  expect(isAllowedVariable(name)).toBe(true);
});

/** Sends the signal and lets the plugin serve. */
async function expectNoDebugger(victim: Victim): Promise<void> {
  const { pid } = victim.host.plugin;
  const before = listeningPorts(pid);
  victim.host.plugin.kill('SIGUSR1');
  // Signals are delivered in no order; a request that is answered afterwards has given the plugin its time.
  await victim.stands();
  await victim.stands();
  expect(listeningPorts(pid)).toEqual(before);
  expect(victim.host.plugin.stderr()).not.toMatch(/Debugger/);
}

/** Ports that a process listens on, by the kernel's tables. */
function listeningPorts(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  const own = new Set(readdirSync(folder).map((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${fd}`))?.[1]));
  return ['tcp', 'tcp6'].flatMap((table) => {
    const rows = readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n');
    const fields = rows.map((row) => row.trim().split(/\s+/));
    return fields.flatMap(([, local = '', , state, , , , , , inode]) => {
      return state === LISTENING && own.has(inode) ? [local] : [];
    });
  });
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed since it was listed.
    return '';
  }
}
