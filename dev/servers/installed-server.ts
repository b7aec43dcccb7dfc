import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { inspectBinary, type Host, type ServerBinary } from './server-binary.ts';

const VARIABLE: Readonly<Record<Host, string>> = { vault: 'VAULT_BIN', bao: 'BAO_BIN' };

/**
 * The server that the user has: what `VAULT_BIN` or `BAO_BIN` names, else `vault` or `bao` on PATH; the first of `hosts`
 * that has one. Undefined where there is none.
 *
 * @throws {Error} when a variable names something else
 */
export async function installedServer(
  hosts: readonly Host[],
  env: NodeJS.ProcessEnv,
): Promise<ServerBinary | undefined> {
  return (await installedByVariable(hosts, env)) ?? (await installedOnPath(hosts, env));
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
