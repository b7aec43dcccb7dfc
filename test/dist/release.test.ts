import { copyFile, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePlugin, bundleSource } from '../../dev/build/bundle-plugin.ts';
import {
  companionNames,
  executableArtefact,
  executableName,
  imageArtefact,
  imageName,
  SCRIPT_NAME,
  scriptArtefact,
  type Artefact,
  type ImageArtefact,
} from '../../dev/dist/artefact.ts';
import { describeArtefacts } from '../../dev/dist/describe-artefacts.ts';
import { GLIBC_NODE, thisArchitecture } from '../../dev/dist/pins.ts';
import { succeed } from '../../dev/dist/pinned-package.ts';
import { shippedPackages } from '../../dev/dist/shipped-packages.ts';
import { sourceCommit } from '../../dev/dist/source-commit.ts';
import { runCommand, type Finished } from '../../dev/servers/run-command.ts';
import { cycloneDxProblems } from '../support/cyclonedx-problems.ts';
import { builtExecutable } from '../support/host/executable.ts';
import { pythonVenv } from '../support/python-venv.ts';

const executable = await builtExecutable('glibc');
const path = 'path' in executable ? executable.path : '';
const reason = 'missing' in executable ? ` (skipped: ${executable.missing})` : '';
// The validator of the SPDX project.
const venv = await pythonVenv('spdx', ['spdx-tools==0.8.5']);
const spdxTools = 'bin' in venv ? join(venv.bin, 'pyspdxtools') : '';

describe.skipIf(reason !== '')(`the files of a release${reason}`, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(dirname(dirname(path)), '.release-'));
    const arch = thisArchitecture();
    const pin = GLIBC_NODE[arch];
    // The executable's own Node.js is not at hand; this one lists its libraries too.
    const command = [process.execPath];
    const runtime = { libc: 'glibc', version: pin.version, pin, command, base: '', licence: 'of Node.js' } as const;
    await copyFile(path, join(folder, executableName('glibc', arch)));
    await bundlePlugin(join(folder, SCRIPT_NAME));
    const artefacts = [await scriptArtefact(folder), await executableArtefact(folder, runtime, arch)];
    const packages = await shippedPackages((await bundleSource()).shipped);
    // Its content is for test/dist/oci.test.ts.
    await writeFile(join(folder, imageName('glibc', arch)), 'an image');
    const images = [await imageArtefact(folder, 'glibc', arch, 'sha256:c0ffee')];
    const source = await sourceCommit();
    await describeArtefacts(folder, { arch, source, artefacts, images, packages, runtimes: [runtime] });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const check = (): Promise<Finished> =>
    runCommand('sha256sum', ['--strict', '--check', 'SHA256SUMS'], {
      cwd: folder,
      env: { ...process.env, LC_ALL: 'C' },
    });

  it('are all in SHA256SUMS, as sha256sum sees them', async () => {
    const { code, stdout } = await check();
    const names = (await readdir(folder)).filter((name) => name !== 'SHA256SUMS');
    expect(stdout.trim().split('\n').sort()).toEqual(names.map((name) => `${name}: OK`).sort());
    expect(names).toHaveLength(7);
    expect(code).toBe(0);
  });

  it('have in the provenance index the size and the checksum that stat and sha256sum give', async () => {
    const { artefacts, images } = JSON.parse(
      await readFile(join(folder, companionNames(thisArchitecture()).provenance), 'utf8'),
    ) as {
      readonly artefacts: readonly Artefact[];
      readonly images: readonly ImageArtefact[];
    };
    expect(artefacts.map(({ name }) => name)).toEqual([SCRIPT_NAME, executableName('glibc', thisArchitecture())]);
    expect(images.map(({ name }) => name)).toEqual([imageName('glibc', thisArchitecture())]);
    for (const { name, size, sha256 } of [...artefacts, ...images]) {
      expect(await succeed('stat', ['--format', '%s', name], process.env, folder)).toBe(`${size}\n`);
      expect(await succeed('sha256sum', [name], process.env, folder)).toBe(`${sha256}  ${name}\n`);
    }
  });

  it('have a bill of materials that is CycloneDX by its schema', async () => {
    expect(
      await cycloneDxProblems(await readFile(join(folder, companionNames(thisArchitecture()).cycloneDx), 'utf8')),
    ).toBeNull();
  });

  it.skipIf(venv.missing !== undefined)(
    `have one that is SPDX by the tools of SPDX${venv.missing === undefined ? '' : ` (skipped: ${venv.missing})`}`,
    async () => {
      const validate = (file: string): Promise<Finished> => runCommand(spdxTools, ['-i', file]);
      const file = join(folder, companionNames(thisArchitecture()).spdx);
      expect(await validate(file)).toEqual({ code: 0, stdout: '', stderr: '' });
      const text = await readFile(file, 'utf8');
      const broken = join(folder, 'broken.spdx.json');
      try {
        for (const [from, to] of [
          ['"licenseDeclared": "MPL-2.0"', '"licenseDeclared": "MPL-2"'],
          ['"relatedSpdxElement": "SPDXRef-plugin"', '"relatedSpdxElement": "SPDXRef-other"'],
        ] as const) {
          await writeFile(broken, text.replace(from, to));
          expect(await validate(broken)).toMatchObject({ code: 1 });
        }
      } finally {
        await rm(broken, { force: true });
      }
    },
    60_000,
  );

  it('no longer agree with SHA256SUMS when a byte of one is changed', async () => {
    const name = executableName('glibc', thisArchitecture());
    const file = await open(join(folder, name), 'r+');
    try {
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 1_000_000);
      await file.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, 1_000_000);
    } finally {
      await file.close();
    }
    const { code, stdout } = await check();
    expect(stdout.split('\n').filter((line) => line.endsWith(': FAILED'))).toEqual([`${name}: FAILED`]);
    expect(code).toBe(1);
  });
});
