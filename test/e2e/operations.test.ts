import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import type { Answer, Method } from '../../dev/servers/http-client.ts';
import { installPlugin } from '../../dev/servers/install-plugin.ts';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { holdCall } from '../support/server/hold-call.ts';
import { isLegacy } from '../support/server/legacy.ts';
import { onEachServer } from '../support/server/on-each-server.ts';
import { commandOf, pluginProcesses } from '../support/server/plugin-processes.ts';
import { REGION } from '../support/server/stage.ts';
import { violations } from '../support/server/violations.ts';

const PURPOSE = { purpose: 'encrypt,decrypt' };

// One story per server: each test goes on where the one before it ended.
onEachServer('what an operator does to a mount', (stage, binary) => {
  const accepted = async (path: string, body?: unknown): Promise<void> => {
    expect(await stage().http('POST', path, body), path).toMatchObject({ status: 204 });
  };
  const newKey = async (mount: string, name: string): Promise<void> => {
    await accepted(`${mount}/key/${name}`, { type: 'aes256-gcm96' });
  };
  /** Sends a request, and returns as soon as the server has taken it up: its audit log says so before it is carried out. */
  const begun = async (method: Method, path: string, body?: unknown): Promise<{ readonly answer: Promise<Answer> }> => {
    const known = async (): Promise<number> =>
      (await readFile(`${stage().server.folder}/audit.log`, 'utf8')).split(`"path":"${path}"`).length;
    const before = await known();
    const answer = stage().http(method, path, body);
    await waitUntil(`the server takes up ${method} ${path}`, async () => (await known()) > before);
    return { answer };
  };
  const reload = 'sys/plugins/reload/backend';
  const commandLines = async (): Promise<readonly string[]> =>
    Promise.all((await pluginProcesses(stage().server.pid())).map(commandOf));

  it('enables the engine at two paths', async () => {
    await stage().cli('secrets', 'enable', '-path=second', 'keymgmt');
    for (const mount of ['keymgmt', 'second']) {
      await accepted(`${mount}/kms/aws`, stage().provider);
      await newKey(mount, `of-${mount}`);
      await accepted(`${mount}/kms/aws/key/of-${mount}`, PURPOSE);
    }
  });

  it.each([
    ['by its name', { plugin: 'keymgmt' }],
    ['by its mount', { mounts: ['keymgmt'] }],
  ])('reloads the plugin %s while a request waits for the cloud', async (how, what) => {
    const name = how.replaceAll(' ', '-');
    await newKey('keymgmt', name);
    const held = holdCall(stage(), 'CreateKey', 'after');
    const request = stage().http('POST', `keymgmt/kms/aws/key/${name}`, PURPOSE);
    await held.reached;
    const before = await pluginProcesses(stage().server.pid());
    const { answer } = await begun('PUT', reload, what);
    held.release();
    expect((await request).status).toBe(204);
    expect((await answer).status).toBeLessThan(300);
    expect(await pluginProcesses(stage().server.pid())).not.toEqual(before);
    expect(await violations(stage(), name)).toEqual([]);
  });

  it('reloads one mount while a request to the other waits for the cloud', async () => {
    await newKey('second', 'bystander');
    const held = holdCall(stage(), 'CreateKey', 'after');
    const request = stage().http('POST', 'second/kms/aws/key/bystander', PURPOSE);
    await held.reached;
    expect((await stage().http('PUT', reload, { mounts: ['keymgmt'] })).status).toBeLessThan(300);
    held.release();
    const { status, body } = await request;
    // Where both share a process, that has gone; the server may say so, or ask the next process by itself.
    if (status !== 204) expect([status, body.errors]).toEqual([500, [expect.stringContaining('rpc error')]]);
    expect(status === 204 || !isLegacy(binary)).toBe(true);
    await accepted('second/kms/aws/key/bystander', PURPOSE);
    expect(await violations(stage(), 'bystander', 'second')).toEqual([]);
  });

  it('upgrades the plugin over what the old one has stored', async () => {
    const built = `${stage().server.folder}/build/vault-plugin-secrets-keymgmt-next`;
    await bundlePlugin(built, undefined, '0.2.0');
    const { command, sha256 } = await installPlugin(stage().server, built);
    const legacy = isLegacy(binary);
    const version = legacy ? [] : ['-version=v0.2.0'];
    await stage().cli(
      'plugin',
      'register',
      `-sha256=${sha256}`,
      `-command=${command}`,
      ...version,
      'secret',
      'keymgmt',
    );
    const before = (await stage().http('GET', 'keymgmt/kms/aws/key/of-keymgmt')).body.data;
    if (!legacy) {
      await stage().cli('secrets', 'tune', '-plugin-version=v0.2.0', 'keymgmt');
      expect((await commandLines()).join()).not.toContain(command);
    }
    expect((await stage().http('PUT', reload, { mounts: ['keymgmt'] })).status).toBeLessThan(300);
    expect((await stage().http('GET', 'keymgmt/kms/aws/key/of-keymgmt')).body.data).toEqual(before);
    expect((await commandLines()).filter((line) => line.includes(command))).toHaveLength(1);
    await accepted('keymgmt/key/of-keymgmt/rotate');
    expect(await violations(stage(), 'of-keymgmt')).toEqual([]);
    if (!legacy) {
      const { body } = await stage().http('GET', 'sys/mounts');
      expect(body.data?.['keymgmt/']).toMatchObject({ running_plugin_version: 'v0.2.0', running_sha256: sha256 });
      // The other mount keeps the version that it was enabled with.
      expect(body.data?.['second/']).toMatchObject({ running_plugin_version: 'v0.1.0' });
    }
  });

  it('tunes a mount: its description, its lease, the headers that the plugin may see', async () => {
    const headers = { 'X-Passed-Through': 'canary-in-a-header' };
    await stage().cli(
      ...['secrets', 'tune', '-description=our keys', '-default-lease-ttl=1h'],
      ...['-passthrough-request-headers=X-Passed-Through', 'keymgmt'],
    );
    const tuned = (await stage().http('GET', 'sys/mounts')).body.data?.['keymgmt/'];
    expect(tuned).toMatchObject({
      description: 'our keys',
      config: { default_lease_ttl: 3600, passthrough_request_headers: ['X-Passed-Through'] },
    });
    expect((await stage().http('POST', 'keymgmt/key/with-header', {}, headers)).status).toBe(204);
    const { status, text } = await stage().http('GET', 'keymgmt/key/with-header', undefined, headers);
    expect(status).toBe(200);
    for (const seen of [text, await stage().server.log()]) expect(seen).not.toContain('canary-in-a-header');
  });

  it('moves a mount with all that it knows', async () => {
    const before = (await stage().http('GET', 'keymgmt/kms/aws/key/of-keymgmt')).body.data;
    // Not by the command line, which asks every ten seconds whether it is done.
    const { body } = await stage().http('POST', 'sys/remount', { from: 'keymgmt', to: 'moved' });
    await waitUntil('the mount has moved', async () => {
      const answer = await stage().http('GET', `sys/remount/status/${body['migration_id'] as string}`);
      return (answer.body.data?.['migration_info'] as { status: string }).status === 'success';
    });
    expect((await stage().http('GET', 'keymgmt/key/of-keymgmt')).status).toBe(404);
    expect((await stage().http('GET', 'moved/kms/aws/key/of-keymgmt')).body.data).toEqual(before);
    await accepted('moved/key/of-keymgmt/rotate');
    expect(await violations(stage(), 'of-keymgmt', 'moved')).toEqual([]);
    expect(await stage().server.log()).not.toContain('the mount is being disabled');
  });

  it('disables a mount: what is unfinished is finished, and the log names what stays in the cloud', async () => {
    await newKey('second', 'unfinished');
    stage().embedded.faults.set(({ action }) =>
      action === 'ImportKeyMaterial'
        ? { when: 'before', error: { code: 'AccessDeniedException', status: 400 } }
        : undefined,
    );
    expect((await stage().http('POST', 'second/kms/aws/key/unfinished', PURPOSE)).status).toBe(400);
    const states = (key: string): readonly string[] =>
      stage()
        .embedded.keys(REGION)
        .filter(({ tags }) => tags['vault-keymgmt-key'] === key)
        .map(({ state }) => state);
    expect(states('unfinished')).toEqual(['PendingImport']);

    await newKey('second', 'in-flight');
    const held = holdCall(stage(), 'CreateKey', 'after');
    const request = stage().http('POST', 'second/kms/aws/key/in-flight', PURPOSE);
    await held.reached;
    const uuid = ((await stage().http('GET', 'sys/mounts')).body.data?.['second/'] as { uuid: string }).uuid;
    const { answer } = await begun('DELETE', 'sys/mounts/second');
    held.release();
    expect((await answer).status).toBe(204);
    await request;

    expect([...states('unfinished'), ...states('in-flight')]).toEqual(['Enabled', 'Enabled']);
    const log = await stage().server.log();
    const warnings = log.split('\n').filter((line) => line.includes('stays in the KMS provider'));
    const left = stage()
      .embedded.keys(REGION)
      .filter(({ tags }) =>
        ['of-second', 'bystander', 'unfinished', 'in-flight'].includes(tags['vault-keymgmt-key'] ?? ''),
      )
      .filter(({ state }) => state !== 'PendingDeletion');
    expect(left.filter(({ id }) => !warnings.some((line) => line.includes(id)))).toEqual([]);
    expect(warnings).toHaveLength(4);
    for (const line of warnings) {
      for (const part of ['[WARN]', ' provider=awskms', ' key_collection=eu-central-1', ' kms=aws']) {
        expect(line).toContain(part);
      }
    }
    expect((await stage().http('LIST', `sys/raw/logical/${uuid}/`)).status).toBe(404);
  });

  it('sealing and reloading say nothing of the kind', async () => {
    const warnings = async (): Promise<number> =>
      (await stage().server.log()).split('\n').filter((line) => line.includes('the mount is being disabled')).length;
    const before = await warnings();
    expect((await stage().http('PUT', reload, { mounts: ['moved'] })).status).toBeLessThan(300);
    await stage().server.seal();
    await stage().server.unseal();
    expect((await stage().http('GET', 'moved/key/of-keymgmt')).status).toBe(200);
    expect(await warnings()).toBe(before);
  });
});
