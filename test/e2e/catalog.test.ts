import { chmod, copyFile, mkdir, readFile, symlink } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Answer } from '../../dev/servers/http-client.ts';
import type { ServerBinary } from '../../dev/servers/server-binary.ts';
import { isLegacy } from '../support/server/legacy.ts';
import { onEachServer } from '../support/server/on-each-server.ts';
import { pluginProcesses } from '../support/server/plugin-processes.ts';
import { REGION } from '../support/server/stage.ts';

/** What the server's own environment holds. */
const SERVER_ENV = {
  // A Node that gets this does not start.
  NODE_OPTIONS: '--require=/nowhere/nothing.js',
  AWS_ACCESS_KEY_ID: 'AKIAOFTHESERVERSOWN1',
  AWS_SECRET_ACCESS_KEY: 'of-the-server',
};

/** OpenBao asks for `BAO_…`, and for this where that is not set. */
const CHECK_PERMISSIONS = { VAULT_ENABLE_FILE_PERMISSIONS_CHECK: 'true' };

/** Vault from 1.16 on lets a registration's variables win; before, and on OpenBao, the server's own do. */
const registrationWins = ({ host, version }: ServerBinary): boolean =>
  host === 'vault' && Number(version.split('.')[1]) >= 16;

onEachServer(
  'the catalog of plugins',
  (stage, binary) => {
    const catalog = 'sys/plugins/catalog/secret';
    const register = (name: string, body: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
      stage().http('PUT', `${catalog}/${name}`, { ...stage().plugin, ...body });
    const enable = (name: string): Promise<Answer> => stage().http('POST', `sys/mounts/${name}`, { type: name });
    const disable = async (name: string): Promise<void> => {
      expect((await stage().http('DELETE', `sys/mounts/${name}`)).status).toBe(204);
    };
    const inPlugins = (name: string): string => `${stage().server.pluginFolder}/${name}`;
    const copyAs = async (name: string, mode: number): Promise<void> => {
      await copyFile(inPlugins(stage().plugin.command), inPlugins(name));
      await chmod(inPlugins(name), mode);
    };
    const versionOf = async (mount: string): Promise<unknown> => {
      const { body } = await stage().http('GET', 'sys/mounts');
      return (body.data?.[`${mount}/`] as { plugin_version?: unknown } | undefined)?.plugin_version;
    };

    it.skipIf(isLegacy(binary))(
      'takes a plugin with its version, and without: then by what it reports (not before 1.12)',
      async () => {
        expect(await versionOf('keymgmt')).toBe('v0.1.0');
        expect((await register('versioned', { version: 'v0.1.0' })).status).toBe(204);
        expect((await enable('versioned')).status).toBe(204);
        expect(await versionOf('versioned')).toBe('v0.1.0');
        // What the web UI goes by.
        const { body } = await stage().http('GET', 'sys/internal/ui/mounts/versioned');
        expect(body.data).toMatchObject({ type: 'versioned' });
        await disable('versioned');
      },
    );

    it.skipIf(isLegacy(binary))('refuses a version that the plugin does not have (not before 1.12)', async () => {
      const { status, body } = await register('other-version', { version: 'v9.9.9' });
      expect([status, body.errors]).toEqual([
        400,
        ['plugin version mismatch: other-version reported version (v0.1.0) did not match requested version (v9.9.9)'],
      ]);
    });

    it('does not start a file whose checksum is another one', async () => {
      expect((await register('other-sum', { sha256: '00'.repeat(32) })).status).toBe(204);
      const { status, text } = await enable('other-sum');
      expect(status).toBe(400);
      expect(text).toContain('checksums did not match');
    });

    it('refuses a file that is not there', async () => {
      const { status, text } = await register('missing', { command: 'nothing-there' });
      expect(status).toBe(500);
      expect(text).toContain('no such file or directory');
    });

    it('cannot start a file that is not executable', async () => {
      await copyAs('not-executable', 0o644);
      await register('not-executable', { command: 'not-executable' });
      const { status, text } = await enable('not-executable');
      expect(status).toBe(400);
      expect(text).toContain('permission denied');
    });

    // Vault 1.11 checks the file of the plugin's name, whatever its command is: a plugin must be named as its file is.
    it.skipIf(isLegacy(binary))(
      'with the check of file permissions, takes 0755 and refuses what the group may write (not before 1.12)',
      async () => {
        await copyAs('for-all', 0o755);
        expect((await register('for-all', { command: 'for-all' })).status).toBe(204);
        await copyAs('for-group', 0o775);
        const { status, text } = await register('for-group', { command: 'for-group' });
        expect(status).toBe(500);
        expect(text).toContain('has insecure permissions 775');
      },
    );

    it('refuses what is not right in the plugin directory: a link out of it, a sub-directory, a path', async () => {
      await symlink(`${stage().server.folder}/build/${stage().plugin.command}`, inPlugins('link-out'));
      await mkdir(inPlugins('sub'));
      await copyAs('sub/plugin', 0o755);
      for (const command of ['link-out', 'sub/plugin', `../build/${stage().plugin.command}`]) {
        const { status, text } = await register('outside', { command });
        expect(status, command).toBe(500);
        expect(text, command).toMatch(/outside of configured plugin directory|cannot contain parent references/);
      }
    });

    it('takes a file by any name, and by a link within the plugin directory', async () => {
      await copyAs('Key_Management-1.0.bin', 0o755);
      await symlink(inPlugins('Key_Management-1.0.bin'), inPlugins('link-in'));
      for (const command of ['Key_Management-1.0.bin', 'link-in']) {
        expect((await register('named', { command })).status, command).toBe(204);
        expect((await enable('named')).status, command).toBe(204);
        expect((await stage().http('POST', 'named/key/k', { type: 'aes256-gcm96' })).status, command).toBe(204);
        await disable('named');
      }
    });

    it("gives the plugin a registration's variables, which win where the server's documentation says so", async () => {
      const env = [
        `AWS_KMS_ENDPOINT=${stage().embedded.url}`,
        'AWS_ACCESS_KEY_ID=AKIAOFREGISTRATION02',
        'AWS_SECRET_ACCESS_KEY=of-the-registration',
      ];
      expect((await register('with-env', { env })).status).toBe(204);
      expect((await enable('with-env')).status).toBe(204);
      const provider = { provider: 'awskms', key_collection: REGION };
      expect((await stage().http('POST', 'with-env/kms/aws', provider)).status).toBe(204);
      const { data } = (await stage().http('POST', 'with-env/kms/aws/check')).body;
      expect(data?.['credentials']).toEqual({
        source: 'environment',
        id: registrationWins(binary) ? '…ON02' : '…OWN1',
      });
      // The embedded KMS knows neither key: that it was asked shows the other variable.
      expect(data?.['problem']).toContain('The security token included in the request is invalid');
      await disable('with-env');
    });

    it('keeps the NODE_OPTIONS of the server away from the plugin', async () => {
      const environment = async (pid: number): Promise<string> => readFile(`/proc/${pid}/environ`, 'utf8');
      const server = stage().server.pid();
      expect(await environment(server)).toContain('NODE_OPTIONS=--require=/nowhere/nothing.js');
      expect((await stage().http('LIST', 'keymgmt/key')).status).toBe(404);
      const plugins = await pluginProcesses(server);
      expect(plugins).toHaveLength(1);
      for (const pid of plugins) {
        expect(await environment(pid)).toContain('AWS_ACCESS_KEY_ID=AKIAOFTHESERVERSOWN1');
        expect(await environment(pid)).not.toContain('NODE_OPTIONS');
      }
    });
  },
  (binary) => ({ env: isLegacy(binary) ? SERVER_ENV : { ...SERVER_ENV, ...CHECK_PERMISSIONS } }),
);
