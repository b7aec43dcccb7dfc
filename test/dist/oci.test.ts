import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCRIPT_NAME } from '../../dev/dist/artefact.ts';
import { BINARY_NAME, IMAGE_TAG, makeImage } from '../../dev/dist/oci-image.ts';
import { succeed } from '../../dev/dist/pinned-package.ts';
import { thisArchitecture } from '../../dev/dist/pins.ts';
import { sha256OfFile } from '../../dev/servers/cached-binary.ts';
import { stderrProgress } from '../../dev/servers/progress.ts';
import { runCommand, type Finished } from '../../dev/servers/run-command.ts';
import { serversAtHand } from '../../dev/servers/servers-at-hand.ts';
import { startServer } from '../../dev/servers/start-server.ts';
import { builtExecutable } from '../support/host/executable.ts';
import { startImageRegistry } from '../support/server/image-registry.ts';

const PAGE = resolve(import.meta.dirname, '../../docs/install.md');
const SOURCE = { commit: 'c0ffee', modified: false, committed: '2026-01-02T03:04:05.000Z' };

const executable = await builtExecutable('glibc');
const path = 'path' in executable ? executable.path : '';
// Declarative plugins came with OpenBao 2.5.
const bao = (await serversAtHand(process.env, stderrProgress)).present.findLast(
  ({ host, version }) => host === 'bao' && version.localeCompare('2.5.0', 'en', { numeric: true }) >= 0,
);
const reason = 'missing' in executable ? executable.missing : bao === undefined ? 'needs OpenBao 2.5 or later' : '';

describe.skipIf(reason !== '')(`the OCI image, pulled by OpenBao${reason && ` (skipped: ${reason})`}`, () => {
  let folder = '';
  let archive = '';
  let sha256 = '';
  let registry: Awaited<ReturnType<typeof startImageRegistry>> | undefined;
  beforeAll(async () => {
    // On the file system of the executable, which is linked.
    folder = await mkdtemp(join(dirname(dirname(path)), '.image-'));
    archive = join(folder, 'image.tar');
    await makeImage({ executable: path, arch: thisArchitecture(), source: SOURCE }, archive, join(folder, 'scratch'));
    registry = await startImageRegistry(archive, join(folder, 'registry'));
    sha256 = await sha256OfFile(path);
  });
  afterAll(async () => {
    await registry?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The configuration that docs/install.md shows, with the image on loopback and the checksum of the executable. */
  const configuration = async (checksum: string): Promise<string> => {
    const [, shown = ''] = /```hcl\n([^]*?)```/.exec(await readFile(PAGE, 'utf8')) ?? [];
    expect(shown).toContain('plugin "secret" "keymgmt"');
    const [own = ''] = /ghcr\.io\/<owner>/.exec(shown) ?? [];
    return shown
      .replace(own, registry?.name ?? '')
      .replace(/v\d+\.\d+\.\d+/, IMAGE_TAG)
      .replace(/<SHA-256[^>]*>/, checksum);
  };
  const init = async (checksum: string, plugins: string): Promise<Finished> => {
    await mkdir(plugins);
    const file = join(folder, 'init.hcl');
    await writeFile(file, `plugin_directory = "${plugins}"\n${await configuration(checksum)}`);
    return runCommand(bao?.path ?? '', ['plugin', 'init', `-config=${file}`], { env: { HOME: folder } });
  };

  it('gives `bao plugin init` the executable', async () => {
    const plugins = join(folder, 'plugins');
    const { code, stderr } = await init(sha256, plugins);
    expect(stderr).toContain(`found plugin binary in OCI image: plugin=secret-keymgmt entry=${BINARY_NAME}`);
    expect(code).toBe(0);
    expect(await sha256OfFile(await realpath(join(plugins, `secret-keymgmt-${IMAGE_TAG}`)))).toBe(sha256);
  });

  it('is refused by `bao plugin init` where the checksum is not that of the executable', async () => {
    const { code, stderr } = await init('0'.repeat(64), join(folder, 'other-plugins'));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/mismatch|does not match/);
  });

  it('serves a mount of a server that downloads and registers it at its start', async () => {
    if (bao === undefined) return;
    const server = await startServer({ binary: bao, configuration: await configuration(sha256) });
    try {
      const enabled = await server.cli('secrets', 'enable', 'keymgmt');
      expect(enabled).toMatchObject({ code: 0, stderr: '' });
      expect((await server.http('PUT', 'keymgmt/key/app', { type: 'aes256-gcm96' })).status).toBe(204);
      expect((await server.http('GET', 'keymgmt/key/app')).body.data).toMatchObject({ latest_version: 1 });
      const mounts = (await server.http('GET', 'sys/mounts/keymgmt')).body.data;
      expect(mounts).toMatchObject({ running_plugin_version: IMAGE_TAG, running_sha256: sha256 });
    } finally {
      await server.stop();
    }
  });

  it('is the same for the same executable, wherever and whenever it is made', async () => {
    const elsewhere = join(folder, 'else where');
    await mkdir(elsewhere);
    const copy = join(elsewhere, SCRIPT_NAME);
    // A small one, as an archive takes long to compress.
    await writeFile(copy, 'plugin', { mode: 0o700 });
    const other = join(folder, 'small');
    await copyFile(copy, other);
    await succeed('touch', ['-d', '2001-01-01', other], process.env);
    const make = (from: string, to: string): Promise<string> =>
      makeImage({ executable: from, arch: 'x64', source: SOURCE }, to, join(folder, 'scratch'));
    const digests = [await make(copy, join(elsewhere, 'a.tar')), await make(other, join(folder, 'b.tar'))];
    expect(digests[0]).toBe(digests[1]);
    expect(await sha256OfFile(join(elsewhere, 'a.tar'))).toBe(await sha256OfFile(join(folder, 'b.tar')));
  });
});
