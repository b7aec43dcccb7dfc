import { runCommand } from './run-command.ts';

/** The two servers that mount the plugin. */
export const HOSTS = ['vault', 'bao'] as const;
export type Host = (typeof HOSTS)[number];

/** A server binary that was started once and said what it is. */
export interface ServerBinary {
  readonly host: Host;
  readonly path: string;
  /** `1.21.1` say. */
  readonly version: string;
}

/** Parses a host's name as a user writes it. @throws {Error} for another name */
export function hostNamed(name: string): Host {
  const host = HOSTS.find((known) => known === name);
  if (host === undefined) throw new Error(`"${name}" is no server known here: say HOST=vault or HOST=bao`);
  return host;
}

/** What people call the server. */
export function displayName({ host, version }: Pick<ServerBinary, 'host' | 'version'>): string {
  return `${host === 'vault' ? 'Vault' : 'OpenBao'} ${version}`;
}

/**
 * Asks a binary for its version, which also shows that it runs on this machine.
 *
 * @throws {Error} when it does not run, or is neither server
 */
export async function inspectBinary(path: string): Promise<ServerBinary> {
  const { code, stdout, stderr } = await runCommand(path, ['version']);
  const answer = /^(Vault|OpenBao) v(\d+\.\d+\.\d+[\w.+-]*)/.exec(stdout);
  if (code !== 0 || !answer?.[1] || !answer[2]) {
    const said = (stdout + stderr).trim().split('\n')[0] ?? '';
    throw new Error(`${path} is neither Vault nor OpenBao: "version" exits with ${code} and says "${said}"`);
  }
  return { host: answer[1] === 'Vault' ? 'vault' : 'bao', path, version: answer[2] };
}
