import { join } from 'node:path';
import { cacheFolder, lookUp, store, type CachedBinary } from '../dev/servers/cached-binary.ts';
import { runCommand } from '../dev/servers/run-command.ts';

export const GO_KV_VERSION = '0.25.0';

const MODULE = 'github.com/hashicorp/vault-plugin-secrets-kv';
const BINARY: CachedBinary = { name: `vault-plugin-secrets-kv-${GO_KV_VERSION}`, file: 'vault-plugin-secrets-kv' };

/** Path of HashiCorp's kv plugin, compiled into the cache the first time. @throws {Error} without Go */
export async function goKvPlugin(signal: AbortSignal): Promise<string> {
  const cache = cacheFolder(process.env);
  const known = await lookUp(cache, BINARY);
  if (known !== undefined) return known;
  process.stderr.write(`compiling ${MODULE} ${GO_KV_VERSION}, once\n`);
  return store(cache, BINARY, async (folder) => {
    const env = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' };
    const args = ['install', `${MODULE}/cmd/${BINARY.file}@v${GO_KV_VERSION}`];
    const { code, stderr } = await runCommand('go', args, { env, signal });
    if (code !== 0) throw new Error(`go install fails: ${stderr}`);
    return join(folder, BINARY.file);
  });
}
