import { chmod, copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256OfFile } from './cached-binary.ts';
import type { RunningServer } from './start-server.ts';

/** A plugin's file in a server's plugin_directory. */
export interface InstalledPlugin {
  /** The file's name, which is the command to register. */
  readonly command: string;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

/** Copies a plugin into the server's plugin_directory; a link would be refused, and a rebuild would change it. */
export async function installPlugin(server: RunningServer, file: string): Promise<InstalledPlugin> {
  const command = basename(file);
  const target = join(server.pluginFolder, command);
  await copyFile(file, target);
  await chmod(target, 0o755);
  return { command, sha256: await sha256OfFile(target) };
}

/** Arguments that register an installed plugin, by default under the name that the server's own UI knows. */
export function registerArguments(plugin: InstalledPlugin, name = 'keymgmt'): readonly string[] {
  return ['plugin', 'register', `-sha256=${plugin.sha256}`, `-command=${plugin.command}`, 'secret', name];
}
