import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { sha256OfFile } from '../servers/cached-binary.ts';
import { elfFacts, type ElfFacts } from './elf-facts.ts';
import type { Libc, NodeRuntime } from './node-runtime.ts';
import { ARCHITECTURES, type Architecture } from './pins.ts';

/** What the names of all artefacts begin with. */
export const PREFIX = `${packageJson.name}_${packageJson.version}`;

/** What the names begin with that differ from one processor to the other: all but the script's and the checksums'. */
const platformPrefix = (arch: Architecture): string => `${PREFIX}_linux_${ARCHITECTURES[arch]}`;

/** Name of an executable. */
export function executableName(libc: Libc, arch: Architecture): string {
  return `${platformPrefix(arch)}${libc === 'musl' ? '_musl' : ''}`;
}

/** Name of the OCI image that holds an executable. */
export const imageName = (libc: Libc, arch: Architecture): string => `${executableName(libc, arch)}_oci.tar`;

/** Names of what describes the executables and images of a processor. */
export function companionNames(arch: Architecture): Record<'cycloneDx' | 'spdx' | 'licences' | 'provenance', string> {
  const prefix = platformPrefix(arch);
  return {
    cycloneDx: `${prefix}.cdx.json`,
    spdx: `${prefix}.spdx.json`,
    licences: `${prefix}_licences.txt`,
    provenance: `${prefix}_provenance-index.json`,
  };
}

/** Name of the script, which wants a Node.js beside it. */
export const SCRIPT_NAME = `${PREFIX}_script`;

/** One file that a server can start, as the provenance index describes it. */
export interface Artefact {
  readonly name: string;
  readonly kind: 'executable' | 'script';
  /** `linux/amd64` say; `any` for the script. */
  readonly platform: string;
  readonly libc: Libc | 'any';
  /** The Node.js inside, or the range that it runs on. */
  readonly node: string;
  /** In bytes. */
  readonly size: number;
  /** SHA-256, hex: what `plugin register -sha256` takes. */
  readonly sha256: string;
  /** What it wants of the image that it runs in; of executables only. */
  readonly needs?: ElfFacts;
}

/** The OCI image of an executable, as the provenance index describes it. */
export interface ImageArtefact {
  readonly name: string;
  /** Name of the executable that is in it. */
  readonly executable: string;
  /** Of the image's manifest. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  /** SHA-256 of the tar file, hex. */
  readonly sha256: string;
}

/** Describes an image in a folder. */
export async function imageArtefact(
  folder: string,
  libc: Libc,
  arch: Architecture,
  digest: string,
): Promise<ImageArtefact> {
  const name = imageName(libc, arch);
  return { name, executable: executableName(libc, arch), digest, ...(await sizeAndHash(join(folder, name))) };
}

/** Describes an executable in a folder. */
export async function executableArtefact(folder: string, runtime: NodeRuntime, arch: Architecture): Promise<Artefact> {
  const name = executableName(runtime.libc, arch);
  return {
    name,
    kind: 'executable',
    platform: `linux/${ARCHITECTURES[arch]}`,
    libc: runtime.libc,
    node: runtime.version,
    ...(await sizeAndHash(join(folder, name))),
    needs: await elfFacts(join(folder, name)),
  };
}

/** Describes the script in a folder. */
export async function scriptArtefact(folder: string): Promise<Artefact> {
  const size = await sizeAndHash(join(folder, SCRIPT_NAME));
  return { name: SCRIPT_NAME, kind: 'script', platform: 'any', libc: 'any', node: packageJson.engines.node, ...size };
}

async function sizeAndHash(path: string): Promise<Pick<Artefact, 'size' | 'sha256'>> {
  return { size: (await stat(path)).size, sha256: await sha256OfFile(path) };
}
