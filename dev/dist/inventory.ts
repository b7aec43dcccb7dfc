import { createHash } from 'node:crypto';
import packageJson from '../../package.json' with { type: 'json' };
import type { NodeRuntime } from './node-runtime.ts';
import { succeed, type PinnedPackage } from './pinned-package.ts';
import type { ShippedPackage } from './shipped-packages.ts';
import type { SourceCommit } from './source-commit.ts';

/** A library in the binary of Node.js. */
interface NodePart {
  readonly name: string;
  readonly version: string;
}

/** Node.js as it is in the executables for one C library. */
interface ShippedNode {
  readonly libc: string;
  readonly version: string;
  readonly pin: PinnedPackage;
  readonly parts: readonly NodePart[];
}

/** All that ships: what the bills of materials say. */
export interface Inventory {
  readonly name: string;
  readonly version: string;
  readonly source: SourceCommit;
  readonly packages: readonly ShippedPackage[];
  readonly nodes: readonly ShippedNode[];
}

/** Puts together what is in the artefacts; each Node.js is asked for its libraries. */
export async function takeInventory(
  source: SourceCommit,
  packages: readonly ShippedPackage[],
  runtimes: readonly NodeRuntime[],
): Promise<Inventory> {
  const nodes = [];
  for (const { libc, version, pin, command } of runtimes) {
    const [program = '', ...args] = command;
    const printed = await succeed(program, [...args, '-p', 'JSON.stringify(process.versions)'], {});
    const versions = Object.entries(JSON.parse(printed) as Readonly<Record<string, string>>);
    // The others are numbers of interfaces and standards.
    const parts = versions.filter(
      ([name, value]) => value !== '' && !/^(node|modules|napi|unicode|cldr|tz)$/.test(name),
    );
    nodes.push({ libc, version, pin, parts: parts.map(([name, value]) => ({ name, version: value })) });
  }
  return { name: packageJson.name, version: packageJson.version, source, packages, nodes };
}

/** Package URL of an npm package. */
export function npmUrl({ name, version }: Pick<ShippedPackage, 'name' | 'version'>): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** Package URL of a pinned Node.js: of the package that it comes from. */
export function nodeUrl({ registry, name, version }: PinnedPackage): string {
  return `pkg:${registry === 'npm' ? 'npm' : 'pypi'}/${name}@${version}`;
}

/** A UUID that is the same for the same inventory, in the form of version 8. */
export function inventoryId(inventory: Inventory): string {
  const hex = createHash('sha256').update(JSON.stringify(inventory)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
