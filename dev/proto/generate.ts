/**
 * Makes what src/<ring>/generated holds from proto/<ring>: the descriptor that is loaded at run time, and the types of
 * its messages. `--check` changes nothing and exits 1 when the committed files are not what would be made now.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const RINGS = ['goplugin', 'vault'];
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const execute = promisify(execFile);
const resolve = createRequire(import.meta.url).resolve;
const PBJS = join(dirname(resolve('protobufjs-cli/package.json')), 'bin/pbjs');
const GEN_TYPES = join(dirname(resolve('@grpc/proto-loader')), '../bin/proto-loader-gen-types.js');

/** Runs a generator, and reports what it complains about without its stack. */
async function run(command: readonly string[]): Promise<string> {
  try {
    return (await execute(process.execPath, command, { cwd: ROOT })).stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const complaint = stderr?.split('\n').find((line) => line.trim() !== '');
    throw new Error(complaint ?? 'the generator failed', { cause: error });
  }
}

/** Text of every generated file of a ring, by its path below `generated/`. */
type Generated = Map<string, string>;

async function generate(ring: string, scratch: string): Promise<Generated> {
  const folder = join('proto', ring);
  const names = (await readdir(join(ROOT, folder))).filter((name) => name.endsWith('.proto')).sort();
  const out = join(scratch, ring);
  await mkdir(out);
  const loaderOptions = ['--keepCase', '--longs=String', '--enums=String', '--defaults', '--oneofs'];
  const fileOptions = ['--grpcLib=@grpc/grpc-js', '--targetFileExtension=.ts', '--importFileExtension=.ts'];
  const where = [`--includeDirs=${folder}`, `--outDir=${out}`];
  // Paths relative to the root, as each file names the .proto that it comes from.
  await run([GEN_TYPES, ...loaderOptions, ...fileOptions, ...where, ...names]);
  // One index per .proto, for a loader that parses them at run time; ours takes the descriptor.
  for (const name of names) await rm(join(out, `${basename(name, '.proto')}.ts`));
  await writeFile(join(out, 'descriptor.ts'), await descriptor(folder, names));
  return readAll(out);
}

// A module and no .json file: it is imported in the same way from source, from tests and from a bundle of one file.
async function descriptor(folder: string, names: readonly string[]): Promise<string> {
  const files = names.map((name) => join(folder, name));
  const printed = await run([PBJS, '--target=json', '--keep-case', `--path=${folder}`, ...files]);
  const json = JSON.stringify(JSON.parse(printed), undefined, 1);
  return [
    '// Made by dev/proto/generate.ts; do not edit.',
    "import type { INamespace } from 'protobufjs';",
    '',
    `const json: unknown = ${json};`,
    '',
    'export const descriptor = json as INamespace;',
    '',
  ].join('\n');
}

async function readAll(folder: string): Promise<Generated> {
  const files: Generated = new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path, 'utf8'));
  }
  return files;
}

function differences(committed: Generated, fresh: Generated): string[] {
  const paths = new Set([...committed.keys(), ...fresh.keys()]);
  return [...paths].filter((path) => committed.get(path) !== fresh.get(path)).sort();
}

async function main(check: boolean): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'proto-'));
  const stale: string[] = [];
  try {
    for (const ring of RINGS) {
      const target = join(ROOT, 'src', ring, 'generated');
      const fresh = await generate(ring, scratch);
      const changed = differences(await readAll(target), fresh);
      if (check) {
        stale.push(...changed.map((path) => `src/${ring}/generated/${path}`));
        continue;
      }
      await rm(target, { recursive: true, force: true });
      for (const [path, text] of fresh) {
        await mkdir(dirname(join(target, path)), { recursive: true });
        await writeFile(join(target, path), text);
      }
      process.stdout.write(`src/${ring}/generated: ${fresh.size} files, ${changed.length} changed\n`);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  if (stale.length === 0) return 0;
  const list = stale.map((path) => `  ${path}\n`).join('');
  process.stderr.write(`These files do not match proto/; run: npm run proto\n${list}`);
  return 1;
}

process.exitCode = await main(process.argv.includes('--check')).catch((error: unknown) => {
  process.stderr.write(`proto/ cannot be compiled: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
