import { version as esbuild } from 'esbuild';
import packageJson from '../../package.json' with { type: 'json' };
import type { NodeRuntime } from './node-runtime.ts';
import { PATCHELF, thisArchitecture } from './pins.ts';
import { succeed, type PinnedPackage } from './pinned-package.ts';

/** What decides about the bytes of the executables and images, beside the sources. */
export interface BuildTools {
  readonly esbuild: string;
  readonly postject: string;
  /** The first lines that they print for `--version`; the last two make the images. */
  readonly strip: string;
  readonly tar: string;
  readonly gzip: string;
  /** The packages that were taken in, with the checksums that they are pinned by. */
  readonly packages: readonly PinnedPackage[];
}

export async function buildTools(runtimes: readonly NodeRuntime[]): Promise<BuildTools> {
  const versionOf = async (tool: string): Promise<string> =>
    (await succeed(tool, ['--version'], { ...process.env, LC_ALL: 'C' })).split('\n')[0] ?? '';
  const packages = [...runtimes.map(({ pin }) => pin), PATCHELF[thisArchitecture()]];
  const { postject } = packageJson.devDependencies;
  const [strip, tar, gzip] = [await versionOf('strip'), await versionOf('tar'), await versionOf('gzip')];
  return { esbuild, postject, strip, tar, gzip, packages };
}
