import type { Environment } from '../goplugin/plugin-process.ts';

/**
 * A variable of the server, by its name without prefix: OpenBao's `BAO_` goes before `VAULT_`, which OpenBao sets too.
 * An empty value counts as none.
 */
export function serverVariable(env: Environment, name: string): string | undefined {
  return env[`BAO_${name}`] || env[`VAULT_${name}`] || undefined;
}

/** Tells whether the server has started this process only to learn about the plugin; it serves no requests then. */
export function inMetadataMode(env: Environment): boolean {
  return serverVariable(env, 'PLUGIN_METADATA_MODE') === 'true';
}
