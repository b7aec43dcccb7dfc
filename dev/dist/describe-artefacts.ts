import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { companionNames, type Artefact, type ImageArtefact } from './artefact.ts';
import { buildTools } from './build-tools.ts';
import { writeChecksums } from './checksums.ts';
import { cycloneDx } from './cyclonedx.ts';
import { takeInventory } from './inventory.ts';
import { licenceList } from './licences.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { Architecture } from './pins.ts';
import type { ShippedPackage } from './shipped-packages.ts';
import type { SourceCommit } from './source-commit.ts';
import { spdx } from './spdx.ts';

/** All that ships for one processor, and what it was made of. */
interface Described {
  readonly arch: Architecture;
  readonly source: SourceCommit;
  readonly artefacts: readonly Artefact[];
  readonly images: readonly ImageArtefact[];
  readonly packages: readonly ShippedPackage[];
  readonly runtimes: readonly NodeRuntime[];
}

/** Writes what accompanies the artefacts of a folder: bills of materials, licences, index and checksums. */
export async function describeArtefacts(folder: string, described: Described): Promise<void> {
  const { arch, source, artefacts, images, packages, runtimes } = described;
  const inventory = await takeInventory(source, packages, runtimes);
  const names = companionNames(arch);
  await writeFile(join(folder, names.cycloneDx), cycloneDx(inventory));
  await writeFile(join(folder, names.spdx), spdx(inventory));
  await writeFile(join(folder, names.licences), await licenceList(packages, runtimes));
  const index = {
    name: packageJson.name,
    version: packageJson.version,
    source,
    built_with: await buildTools(runtimes),
    artefacts,
    images,
  };
  await writeFile(join(folder, names.provenance), `${JSON.stringify(index, undefined, 2)}\n`);
  await writeChecksums(folder);
}
