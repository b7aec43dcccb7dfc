import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../goplugin/plugin-process.ts';
import { secret, type Secret } from '../support/secret.ts';
import { serverVariable } from './environment.ts';

/** How to tell the server from an impostor, and to be let in; the members are options of `node:https`, the key once revealed. */
export interface ServerTrust {
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: Secret<string>;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Vault's flags for plugins, with the variables that stand in where a flag is not given. */
const SETTINGS = {
  caCert: { flag: 'ca-cert', variable: 'CACERT' },
  caPath: { flag: 'ca-path', variable: 'CAPATH' },
  clientCert: { flag: 'client-cert', variable: 'CLIENT_CERT' },
  clientKey: { flag: 'client-key', variable: 'CLIENT_KEY' },
  serverName: { flag: 'tls-server-name', variable: 'TLS_SERVER_NAME' },
  skipVerify: { flag: 'tls-skip-verify', variable: 'SKIP_VERIFY' },
} as const;

/** What Go's strconv.ParseBool takes for true. */
const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** Reads the trust settings from the plugin's arguments (`-ca-cert=file`, `--ca-cert file`) and from the environment. */
export async function serverTrust(env: Environment, args: readonly string[]): Promise<ServerTrust> {
  const flags = parseFlags(args);
  const setting = ({ flag, variable }: { flag: string; variable: string }): string | undefined =>
    flags.get(flag) ?? serverVariable(env, variable);

  const ca = await certificateAuthorities(setting(SETTINGS.caCert), setting(SETTINGS.caPath));
  const certFile = setting(SETTINGS.clientCert);
  const keyFile = setting(SETTINGS.clientKey);
  const servername = setting(SETTINGS.serverName);
  return {
    ...(ca && { ca }),
    ...(certFile &&
      keyFile && { cert: await readFile(certFile, 'utf8'), key: secret(await readFile(keyFile, 'utf8')) }),
    ...(servername && { servername }),
    ...(TRUE.has(setting(SETTINGS.skipVerify) ?? '') && { rejectUnauthorized: false }),
  };
}

async function certificateAuthorities(file?: string, folder?: string): Promise<string[] | undefined> {
  if (file) return [await readFile(file, 'utf8')];
  if (!folder) return undefined;
  const paths = (await readdir(folder, { recursive: true })).sort().map((name) => join(folder, name));
  const files = await Promise.all(
    // Through links, which is what a Kubernetes volume is made of.
    paths.map(async (path) => ((await stat(path)).isFile() ? [await readFile(path, 'utf8')] : [])),
  );
  return files.flat();
}

// Other arguments are the plugin's own affair. `tls-skip-verify` is a switch: it takes no argument of its own.
function parseFlags(args: readonly string[]): Map<string, string> {
  const known: ReadonlySet<string> = new Set(Object.values(SETTINGS).map(({ flag }) => flag));
  const flags = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const match = /^--?([a-z-]+)(?:=(.*))?$/.exec(args[at] ?? '');
    const [, name = '', value] = match ?? [];
    if (!known.has(name)) continue;
    if (value !== undefined) flags.set(name, value);
    else if (name === SETTINGS.skipVerify.flag) flags.set(name, 'true');
    else flags.set(name, args[++at] ?? '');
  }
  return flags;
}
