import { expect, it } from 'vitest';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { isLegacy } from '../support/server/legacy.ts';
import type { Stage } from '../support/server/stage.ts';
import { onEachServer } from '../support/server/on-each-server.ts';
import { pluginProcesses } from '../support/server/plugin-processes.ts';

/** All that the engine knows, as it tells it. */
async function knowledge(stage: Stage, mount = 'keymgmt'): Promise<unknown[]> {
  const paths = ['key/stays', 'kms/aws', 'kms/aws/key/stays', 'key?list=true', 'kms/aws/key?list=true'];
  const answers = [];
  for (const path of paths) answers.push((await stage.http('GET', `${mount}/${path}`)).body.data);
  return answers;
}

/** A key with two versions, distributed. */
async function furnish(stage: Stage, mount = 'keymgmt'): Promise<void> {
  const writes = [
    await stage.http('POST', `${mount}/key/stays`, { type: 'aes256-gcm96' }),
    await stage.http('POST', `${mount}/kms/aws`, stage.provider),
    await stage.http('POST', `${mount}/kms/aws/key/stays`, { purpose: 'encrypt,decrypt' }),
    await stage.http('POST', `${mount}/key/stays/rotate`),
  ];
  expect(writes.map(({ status, text }) => [status, text])).toEqual(writes.map(() => [204, '']));
}

onEachServer('what must not be lost', (stage) => {
  let before: unknown[] = [];

  it('begins with a distributed key', async () => {
    await furnish(stage());
    before = await knowledge(stage());
    expect(before.every((data) => data !== undefined)).toBe(true);
    expect(await stage().noteMaterial()).toBe(2);
  });

  /** The engine still knows all that it knew, and still reaches the cloud. */
  const intact = async (): Promise<void> => {
    expect(await knowledge(stage())).toEqual(before);
    const minimum = { min_enabled_version: 1 };
    expect((await stage().http('POST', 'keymgmt/key/stays', minimum)).status).toBe(204);
  };

  it('survives a reload of the plugin, which starts a new process', async () => {
    const old = await pluginProcesses(stage().server.pid());
    await stage().cli('plugin', 'reload', '-plugin=keymgmt');
    await intact();
    const fresh = await pluginProcesses(stage().server.pid());
    expect(old).toHaveLength(1);
    expect(fresh).toHaveLength(1);
    expect(fresh).not.toEqual(old);
  });

  it('survives SIGKILL of the plugin', async () => {
    const old = await pluginProcesses(stage().server.pid());
    expect(old).toHaveLength(1);
    for (const pid of old) process.kill(pid, 'SIGKILL');
    await waitUntil(
      'a new plugin answers',
      async () => (await stage().http('GET', 'keymgmt/key/stays')).status === 200,
    );
    await intact();
    expect(await pluginProcesses(stage().server.pid())).not.toEqual(old);
  });

  it('survives sealing and unsealing', async () => {
    await stage().server.seal();
    expect((await stage().http('GET', 'keymgmt/key/stays')).status).toBe(503);
    await waitUntil('the plugin has ended', async () => (await pluginProcesses(stage().server.pid())).length === 0);
    await stage().server.unseal();
    await intact();
  });

  it('survives a restart of the server', async () => {
    await stage().server.restart();
    await intact();
  });

  it('keeps two mounts apart, in one process where the server can do that', async () => {
    await stage().cli('secrets', 'enable', '-path=second', 'keymgmt');
    expect((await stage().http('LIST', 'second/key')).status).toBe(404);
    await furnish(stage(), 'second');
    expect(await knowledge(stage(), 'second')).not.toEqual(before);
    expect(await stage().noteMaterial()).toBe(4);
    const processes = isLegacy(stage().server.binary) ? 2 : 1;
    expect(await pluginProcesses(stage().server.pid())).toHaveLength(processes);
    await intact();
  });

  it('keeps one mount when the other is disabled', async () => {
    await stage().cli('secrets', 'disable', 'second');
    await intact();
    expect((await stage().http('GET', 'second/key/stays')).status).toBe(404);
  });

  it('ends its process with the last mount', async () => {
    expect(await stage().noteMaterial()).toBe(4);
    await stage().cli('secrets', 'disable', 'keymgmt');
    await waitUntil('the plugin has ended', async () => (await pluginProcesses(stage().server.pid())).length === 0);
  });
});
