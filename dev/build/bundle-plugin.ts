import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { LAUNCHER } from './launcher.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the plugin is built. */
export const PLUGIN_FILE = `${ROOT}plugin/bin/vault-plugin-secrets-keymgmt`;

/** What became of a bundle. */
export interface Bundle {
  /** In bytes. */
  readonly size: number;
  /** Every file that went into it or was looked at for it, from the project's folder. */
  readonly inputs: readonly string[];
}

/** What a bundle is made of and for. */
export interface Bundling {
  /** From the project's folder. @default the plugin's */
  readonly entry?: string | undefined;
  /** In the place of package.json's, to build what an upgrade is tried with. */
  readonly version?: string | undefined;
  /** What the file begins with. @default nothing */
  readonly banner?: string;
}

/** A bundle that is not yet a file. */
export interface BundledSource {
  readonly contents: Uint8Array;
  /** The files of which something is in it, from the project's folder. */
  readonly shipped: readonly string[];
  /** As in {@link Bundle}. */
  readonly inputs: readonly string[];
}

/**
 * Bundles the plugin into the one executable file that a server is given: a server hashes that file alone, and looks
 * for nothing beside it. The same sources and dependencies make the same bytes.
 *
 * @param version in the place of package.json's, to build what an upgrade is tried with
 * @throws {Error} what esbuild finds wrong, after it has been printed
 */
export async function bundlePlugin(target: string, entry?: string, version?: string): Promise<Bundle> {
  const { contents, inputs } = await bundleSource({ entry, version, banner: LAUNCHER });
  await mkdir(dirname(target), { recursive: true });
  // In one step, as a server may be reading the old one.
  const scratch = `${target}.${process.pid}`;
  try {
    await writeFile(scratch, contents);
    await chmod(scratch, 0o755);
    await rename(scratch, target);
  } finally {
    await rm(scratch, { force: true });
  }
  return { size: contents.length, inputs };
}

/**
 * Bundles a plugin into one CommonJS text.
 *
 * @throws {Error} what esbuild finds wrong, after it has been printed
 */
export async function bundleSource({ entry = 'src/main.ts', version, banner }: Bundling = {}): Promise<BundledSource> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    // A file without an extension and without a package.json above it is CommonJS to every Node.
    format: 'cjs',
    // A single executable has no loader of ES modules: `import()` of Node's own modules becomes `require`.
    supported: { 'dynamic-import': false },
    // ES modules where a package has both: what is not used is then left out.
    mainFields: ['module', 'main'],
    // Names and lines stay readable in the stack traces that operators send.
    minify: false,
    legalComments: 'eof',
    banner: banner === undefined ? {} : { js: banner },
    define: { 'process.env.NODE_ENV': '"production"', BUILD_COMMIT: JSON.stringify(await commit()) },
    plugins: version === undefined ? [] : [withVersion(version)],
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild made no file');
  const parts = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const shipped = parts.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  return { contents: asAscii(file.text), shipped, inputs: Object.keys(metafile.inputs) };
}

/**
 * Writes what esbuild leaves outside of ASCII, in regular expressions and comments, as escapes: V8 keeps a text in two
 * bytes for each character when one needs them, which are 3 MB more in every process.
 */
function asAscii(text: string): Uint8Array {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return Buffer.from(text.replace(/[^\0-\x7f]/g, escaped), 'ascii');
}

/** The commit that is checked out, with `-dirty` where files differ from it; `unknown` outside of a repository. */
async function commit(): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)('git', ['-C', ROOT, ...args])).stdout.trim();
  try {
    const head = await git('rev-parse', 'HEAD');
    return (await git('status', '--porcelain', '--untracked-files=no')) === '' ? head : `${head}-dirty`;
  } catch {
    return 'unknown';
  }
}

function withVersion(version: string): Plugin {
  return {
    name: 'version',
    setup(bundle) {
      bundle.onLoad({ filter: /package\.json$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (path !== `${ROOT}package.json`) return { contents: text, loader: 'json' };
        return { contents: JSON.stringify({ ...(JSON.parse(text) as object), version }), loader: 'json' };
      });
    },
  };
}
