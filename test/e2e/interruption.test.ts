import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { holdCall } from '../support/server/hold-call.ts';
import { onEachServer } from '../support/server/on-each-server.ts';
import { commandOf, pluginProcesses } from '../support/server/plugin-processes.ts';
import { REGION } from '../support/server/stage.ts';
import { violations } from '../support/server/violations.ts';

const PURPOSE = { purpose: 'encrypt,decrypt' };
/** Vault 1.21 takes strings of up to a MiB, and all servers bodies of up to 32. */
const BIG = 1_000_000;
/** Letters that fit into an AWS alias beside what the engine puts around them. */
const LONGEST_NAME = 229;

onEachServer('requests that are too big, or cut short', (stage) => {
  const newKey = async (name: string): Promise<void> => {
    expect((await stage().http('POST', `keymgmt/key/${name}`, { type: 'aes256-gcm96' })).status).toBe(204);
  };
  const cmksOf = (key: string): readonly string[] =>
    stage()
      .embedded.keys(REGION)
      .filter(({ tags }) => tags['vault-keymgmt-key'] === key)
      .map(({ state }) => state);

  it('has a KMS to distribute to', async () => {
    expect((await stage().http('POST', 'keymgmt/kms/aws', stage().provider)).status).toBe(204);
  });

  it('refuses what is too big in a few words, and goes on', async () => {
    const before = await pluginProcesses(stage().server.pid());
    const { provider } = stage();
    const big = 'x'.repeat(BIG);
    const padding = Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`padding_${n}`, big]));
    const credentials = { ...(provider['credentials'] as object), ...padding };
    const refused = [
      // Just below what the server takes, and more than its storage holds.
      [400, 'credentials has a value of', await stage().http('POST', 'keymgmt/kms/big', { ...provider, credentials })],
      [400, 'not an AWS region', await stage().http('POST', 'keymgmt/kms/big', { ...provider, key_collection: big })],
      [400, 'unsupported key type', await stage().http('POST', 'keymgmt/key/big', { type: big })],
      [
        400,
        'it has 1000000 characters, and may have 1000',
        await stage().http('POST', 'keymgmt/kms/aws/key/big', { purpose: big }),
      ],
    ] as const;
    for (const [status, words, answer] of refused) {
      expect(answer.status, words).toBe(status);
      expect(answer.text).toContain(words);
      expect(answer.text.length, words).toBeLessThan(500);
    }
    expect((await stage().http('GET', 'keymgmt/kms/big')).status).toBe(404);
    expect(await pluginProcesses(stage().server.pid())).toEqual(before);
  });

  it('distributes a key with the longest name that an alias takes, and refuses a longer one untouched', async () => {
    const longest = 'k'.repeat(LONGEST_NAME);
    await newKey(longest);
    expect((await stage().http('POST', `keymgmt/kms/aws/key/${longest}`, PURPOSE)).status).toBe(204);
    expect(await violations(stage(), longest)).toEqual([]);
    await newKey(`${longest}k`);
    const { status, body } = await stage().http('POST', `keymgmt/kms/aws/key/${longest}k`, PURPOSE);
    expect([status, body.errors?.[0]]).toEqual([400, expect.stringContaining('more than the 229 that fit')]);
    expect(cmksOf(`${longest}k`)).toEqual([]);
  });

  it('stops at a step when the client is gone, and takes the work up again when it is asked', async () => {
    await newKey('left');
    const path = 'keymgmt/kms/aws/key/left';
    const held = holdCall(stage(), 'CreateKey', 'after');
    const client = new AbortController();
    const { address, rootToken } = stage().server;
    const request = fetch(`${address}/v1/${path}`, {
      method: 'POST',
      headers: { 'X-Vault-Token': rootToken },
      body: JSON.stringify(PURPOSE),
      signal: client.signal,
    });
    await held.reached;
    client.abort();
    await expect(request).rejects.toThrow();
    await waitUntil('the server has given the request up', async () =>
      (await readFile(`${stage().server.folder}/audit.log`, 'utf8'))
        .split('\n')
        .some((line) => line.includes('"type":"response"') && line.includes(`"path":"${path}"`)),
    );
    // On the connection on which the plugin was told: it knows by the time it answers this.
    expect((await stage().http('GET', 'keymgmt/key/left')).status).toBe(200);
    held.release();
    // Waits for its turn, which comes when the work has stopped.
    const { data } = (await stage().http('POST', `${path}/sync`, { dry_run: true })).body;
    expect(JSON.stringify(data)).toContain('import');
    expect(cmksOf('left')).toEqual(['PendingImport']);
    expect((await stage().http('POST', path, PURPOSE)).status).toBe(204);
    expect(await violations(stage(), 'left')).toEqual([]);
    expect(cmksOf('left')).toEqual(['Enabled']);
  });

  it.each(['while nothing is asked', 'with a request in flight'])(
    'leaves no process behind when the server is killed %s',
    async (when) => {
      const name = when.replaceAll(' ', '-');
      await newKey(name);
      const path = `keymgmt/kms/aws/key/${name}`;
      const plugins = await pluginProcesses(stage().server.pid());
      expect(plugins).toHaveLength(1);
      const held = when.startsWith('with') ? holdCall(stage(), 'CreateKey', 'after') : undefined;
      const request = held && stage().http('POST', path, PURPOSE);
      await held?.reached;
      const broken = request && expect(request).rejects.toThrow();
      process.kill(stage().server.pid(), 'SIGKILL');
      await broken;
      const gone = async (): Promise<boolean> => (await Promise.all(plugins.map(commandOf))).join('') === '';
      await waitUntil('the plugin has ended', gone);
      held?.release();
      await stage().server.restart();
      expect((await stage().http('POST', path, PURPOSE)).status).toBe(204);
      expect(await violations(stage(), name)).toEqual([]);
    },
  );
});
