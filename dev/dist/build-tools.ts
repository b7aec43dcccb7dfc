import { version as esbuild } from 'esbuild';
import packageJson from '../../package.json' with { type: 'json' };
import type { NodeRuntime } from './node-runtime.ts';
import { PATCHELF, thisArchitecture } from './pins.ts';
import { succeed, type PinnedPackage } from './pinned-package.ts';

/** What decides about the bytes of the executables, beside the sources. */
export interface BuildTools {
  readonly esbuild: string;
  readonly postject: string;
  /** The first line that `strip --version` prints. */
  readonly strip: string;
  /** The packages that were taken in, with the checksums that they are pinned by. */
  readonly packages: readonly PinnedPackage[];
}

export async function buildTools(runtimes: readonly NodeRuntime[]): Promise<BuildTools> {
  const [strip = ''] = (await succeed('strip', ['--version'], { ...process.env, LC_ALL: 'C' })).split('\n');
  const packages = [...runtimes.map(({ pin }) => pin), PATCHELF[thisArchitecture()]];
  return { esbuild, postject: packageJson.devDependencies.postject, strip, packages };
}
