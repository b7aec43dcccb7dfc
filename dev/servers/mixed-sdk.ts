import { chmod, copyFile, cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, type RunOptions } from './run-command.ts';

const SDK = 'github.com/hashicorp/vault/sdk';

/** Vault's SDK as one published version of it, but for one file, which is another version's. */
export interface MixedSdk {
  readonly version: string;
  readonly file: string;
  readonly fileVersion: string;
}

/**
 * Puts the SDK together in `<folder>/sdk`, where the recipe's go.mod looks for it. Go verifies both versions by the
 * recipe's go.sum.
 *
 * @throws {Error} when Go cannot fetch them
 */
export async function mixSdk(folder: string, { version, file, fileVersion }: MixedSdk, go: RunOptions): Promise<void> {
  const target = join(folder, 'sdk');
  await cp(await moduleFolder(version, go), target, { recursive: true });
  await makeWritable(target);
  await copyFile(join(await moduleFolder(fileVersion, go), file), join(target, file));
}

// Go keeps its modules read-only, and nobody could clear a copy away.
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    await (entry.isDirectory() ? makeWritable(path) : chmod(path, 0o644));
  }
}

async function moduleFolder(version: string, go: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await runCommand('go', ['mod', 'download', '-json', `${SDK}@${version}`], go);
  if (code !== 0) throw new Error(`go mod download failed:\n${stderr.trim() || stdout.trim()}`);
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}
