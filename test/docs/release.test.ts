import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { companionNames, executableName, imageName, PREFIX, SCRIPT_NAME } from '../../dev/dist/artefact.ts';
import { CHECKSUMS } from '../../dev/dist/checksums.ts';
import { BINARY_NAME, IMAGE_TAG } from '../../dev/dist/oci-image.ts';
import { ARCHITECTURES, type Architecture } from '../../dev/dist/pins.ts';
import { runCommand, type Finished } from '../../dev/servers/run-command.ts';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = resolve(import.meta.dirname, '../..');
const WORKFLOW = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8');
const SIGNATURE = `${CHECKSUMS}.sigstore.json`;

/** What `make dist` makes on a machine, its checksums aside. */
const namesOf = (arch: Architecture): readonly string[] => [
  ...(['glibc', 'musl'] as const).flatMap((libc) => [executableName(libc, arch), imageName(libc, arch)]),
  ...Object.values(companionNames(arch)),
  SCRIPT_NAME,
];
const ALL = [...new Set([...namesOf('x64'), ...namesOf('arm64')])].sort();

describe.each(['docs/install.md', 'docs/releasing.md'])('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');

  it('names the files of a release as `make dist` does', () => {
    const named = [...text.matchAll(/vault-plugin-secrets-keymgmt_(?:<version>|X\.Y\.Z|\d\.\d\.\d)([\w.-]*\w)/g)];
    expect(named.length).toBeGreaterThan(3);
    expect(named.map(([, rest = '']) => PREFIX + rest).filter((name) => !ALL.includes(name))).toEqual([]);
  });

  it('verifies the signature and the images that the workflow makes', () => {
    for (const [, bundle] of text.matchAll(/--bundle (\S+)/g)) expect(bundle).toBe(SIGNATURE);
    expect(text).toContain(`cosign verify-blob ${CHECKSUMS} --bundle ${SIGNATURE}`);
    expect(text).toMatch(new RegExp(`cosign verify ghcr\\.io/(OWNER|<owner>)/${BINARY_NAME}:v\\S+ `));
    expect(text).toContain('/.github/workflows/release.yml@refs/tags/v');
  });
});

it('docs/releasing.md names each file of a release, for one processor', () => {
  const text = readFileSync(join(ROOT, 'docs/releasing.md'), 'utf8').replaceAll('X.Y.Z', packageJson.version);
  for (const name of [...namesOf('x64'), CHECKSUMS, SIGNATURE]) expect(text).toContain(`\`${name}\``);
});

describe('release.yml', () => {
  it('signs, attests and pushes files that `make dist` makes', () => {
    expect(WORKFLOW).toContain(`cosign sign-blob --yes --bundle release/${SIGNATURE} release/${CHECKSUMS}\n`);
    const subjects = [...WORKFLOW.matchAll(/release\/\$\{\{ steps\.collect\.outputs\.prefix \}\}(\S+)/g)];
    const named = subjects.map(([, rest = '']) => PREFIX + rest);
    // The images are named by a pattern; there is a bill of materials for each of the two processors.
    expect(named.filter((name) => !name.includes('*') && !ALL.includes(name))).toEqual([]);
    expect(named.filter((name) => name.endsWith('.cdx.json'))).toHaveLength(2);
    expect(WORKFLOW).not.toMatch(/^ +if:/m);
    expect(WORKFLOW).toContain('file=release/${PREFIX}_linux_$arch${libc}_oci.tar');
  });
});

describe.skipIf(process.platform !== 'linux')('release.yml, when it collects what was built', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'release-'));
    for (const arch of ['x64', 'arm64'] as const) {
      const built = join(folder, 'built', `dist-${ARCHITECTURES[arch]}`);
      mkdirSync(built, { recursive: true });
      for (const name of namesOf(arch)) writeFileSync(join(built, name), `contents of ${name}`);
      listChecksums(built);
    }
    mkdirSync(join(folder, 'bin'));
    const gh = join(folder, 'bin/gh');
    writeFileSync(gh, '#!/bin/sh\nset -eu\ntest "$1 $2 $4 $6" = "run download --name --dir"\ncp -R "built/$5" "$7"\n');
    chmodSync(gh, 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const collect = (): Promise<Finished> => {
    const [, block = ''] = /- name: Collect what was built\n[^]*?run: \|\n((?: {10}.*\n|\n)+)/.exec(WORKFLOW) ?? [];
    const env = { TAG: IMAGE_TAG, GITHUB_RUN_ID: '1', GITHUB_OUTPUT: join(folder, 'output'), LC_ALL: 'C' };
    const path = [join(folder, 'bin'), process.env['PATH'] ?? ''].join(':');
    return runCommand('bash', ['-e', '-c', block], { cwd: folder, env: { ...env, PATH: path } });
  };

  it('puts the files of both builds into one folder, with one list of checksums', async () => {
    expect(await collect()).toMatchObject({ code: 0, stderr: '' });
    const release = join(folder, 'release');
    expect(readdirSync(release).sort()).toEqual([...ALL, CHECKSUMS].sort());
    const listed = readFileSync(join(release, CHECKSUMS), 'utf8').split('\n').filter(Boolean);
    expect(listed.map((line) => line.slice(66))).toEqual(ALL);
    expect((await runCommand('sha256sum', ['--check', '--strict', CHECKSUMS], { cwd: release })).code).toBe(0);
    expect(readFileSync(join(folder, 'output'), 'utf8')).toBe(`prefix=${PREFIX}\n`);
  });

  it.each(namesOf('arm64').filter((name) => name !== SCRIPT_NAME))('fails where %s is missing', async (name) => {
    const built = join(folder, 'built/dist-arm64');
    rmSync(join(built, name));
    listChecksums(built);
    const { code, stdout } = await collect();
    expect(code).not.toBe(0);
    expect(stdout).toContain(`${name} is missing`);
  });

  it('fails where a file is not the one that was built', async () => {
    writeFileSync(join(folder, 'built/dist-amd64', executableName('musl', 'x64')), 'other contents');
    expect((await collect()).code).not.toBe(0);
  });

  it('fails where the two builds have made different scripts', async () => {
    const built = join(folder, 'built/dist-arm64');
    writeFileSync(join(built, SCRIPT_NAME), 'another script');
    listChecksums(built);
    expect((await collect()).code).not.toBe(0);
  });
});

function listChecksums(folder: string): void {
  const names = readdirSync(folder).filter((name) => name !== CHECKSUMS);
  const lines = names.map((name) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    return `${hash}  ${name}\n`;
  });
  writeFileSync(join(folder, CHECKSUMS), lines.join(''));
}
