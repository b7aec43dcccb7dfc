import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import { watchServer, type ServerWatch } from '../../dev/secrecy/watch-server.ts';
import { sha256OfFile } from '../../dev/servers/cached-binary.ts';
import type { Answer, Method } from '../../dev/servers/http-client.ts';
import { stderrProgress } from '../../dev/servers/progress.ts';
import { displayName } from '../../dev/servers/server-binary.ts';
import { serversAtHand } from '../../dev/servers/servers-at-hand.ts';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { startCluster, type Cluster } from '../cluster/cluster.ts';

const REGION = 'us-west-1';
const ACCESS_KEY = { accessKeyId: 'AKIASTANDBYTESTS', secretAccessKey: 'standby-test-secret' };
const PURPOSE = { purpose: 'encrypt,decrypt' };

/** From here on the standbys of OpenBao call the plugin; those of Vault Community and of older ones forward all. */
const servesOnStandbys = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 5);
};

const { present, missing } = await serversAtHand(process.env, stderrProgress);
const servers = present.filter(({ host, version }) => host === 'bao' && servesOnStandbys(version));

if (servers.length === 0) {
  describe('every verb through a standby', () => {
    const wayOut = missing.find(({ name }) => name.startsWith('OpenBao'))?.wayOut ?? 'set BAO_BIN to a newer one';
    it.skip(`needs OpenBao 2.5 or later: ${wayOut}`, () => undefined);
  });
}

describe.each(servers.map((binary) => [displayName(binary), binary] as const))(
  'every verb through a standby of three nodes of %s',
  (_, binary) => {
    const ended: (() => Promise<unknown>)[] = [];
    let kms: Kms;
    let cluster: Cluster;
    let watch: ServerWatch;

    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'standby-'));
      ended.push(() => rm(folder, { recursive: true, force: true }));
      const plugin = join(folder, 'keymgmt');
      await bundlePlugin(plugin);
      kms = await startKms({ accessKeys: [ACCESS_KEY] });
      ended.push(() => kms.close());
      cluster = await startCluster(binary, plugin);
      ended.push(() => cluster.stop());
      watch = await watchServer(cluster);
      watch.know('secret_key', ACCESS_KEY.secretAccessKey);
      const env = [`KEYMGMT_ALLOWED_ENDPOINTS=${kms.url}`];
      const entry = { sha256: await sha256OfFile(plugin), command: 'keymgmt', env };
      await cluster.http('PUT', 'sys/plugins/catalog/secret/keymgmt', entry);
      expect((await cluster.http('POST', 'sys/mounts/keymgmt', { type: 'keymgmt' })).status).toBe(204);
      await waitUntil('the standby has the mount', async () => {
        const { text } = await cluster.standby('GET', 'keymgmt/key?list=true');
        return !text.includes('no handler for route');
      });
    });
    afterAll(async () => {
      for (const end of ended.toReversed()) await end();
    });

    /** Sends a request to the standby, without waiting for it to have heard of the one before. */
    const ask = async (method: Method, path: string, body?: unknown): Promise<Answer> => {
      const answer = await cluster.standby(method, `keymgmt/${path}`, body);
      watch.hear(`answer to ${method} ${path}`, answer.text);
      return answer;
    };
    const done = async (method: Method, path: string, body?: unknown): Promise<void> => {
      const { status, text } = await ask(method, path, body);
      expect([method, path, status, text]).toEqual([method, path, 204, '']);
    };
    const onActive = async (path: string): Promise<Answer['body']['data']> =>
      (await cluster.http('GET', `keymgmt/${path}`)).body.data;
    const states = (): readonly string[] => kms.keys(REGION).map(({ state }) => state);

    it('has its effect on the active node, one right after the other', async () => {
      await done('POST', 'kms/aws', {
        provider: 'awskms',
        key_collection: REGION,
        credentials: { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey, endpoint: kms.url },
      });
      expect((await ask('POST', 'kms/aws/check')).body.data).toMatchObject({ ok: true });
      await done('POST', 'key/k', { type: 'aes256-gcm96' });
      await done('POST', 'key/k', { deletion_allowed: true });
      await done('POST', 'kms/aws/key/k', PURPOSE);
      await done('POST', 'key/k/rotate');
      await done('POST', 'key/k/rotate');
      expect(await onActive('key/k')).toMatchObject({ latest_version: 3, deletion_allowed: true });
      expect(states()).toEqual(['Enabled', 'Enabled', 'Enabled']);
      await done('POST', 'key/k', { min_enabled_version: 2 });
      expect(states().toSorted()).toEqual(['Disabled', 'Enabled', 'Enabled']);
      const sync = { dry_run: true };
      expect((await ask('POST', 'kms/aws/key/k/sync', sync)).body.data).toEqual({ dry_run: true, planned: [] });
      expect((await ask('POST', 'kms/aws/key/k/sync')).body.data).toEqual({ dry_run: false, done: [] });
      await done('DELETE', 'kms/aws/key/k');
      expect(states()).toEqual(['PendingDeletion', 'PendingDeletion', 'PendingDeletion']);
      expect(await onActive('kms/aws/key/k')).toBeUndefined();
      await done('DELETE', 'key/k');
      expect(await onActive('key/k')).toBeUndefined();
      await done('DELETE', 'kms/aws');
      expect(await onActive('kms/aws')).toBeUndefined();
    });

    it('removes by force what was distributed a moment before', async () => {
      await done('POST', 'kms/lost', {
        provider: 'awskms',
        key_collection: REGION,
        credentials: { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey, endpoint: kms.url },
      });
      await done('POST', 'key/lost', { type: 'aes256-gcm96' });
      await done('POST', 'kms/lost/key/lost', PURPOSE);
      const { body } = await ask('POST', 'kms/lost/key/lost/force-remove');
      expect(body.warnings).toEqual([expect.stringContaining('was forgotten')]);
      expect(await onActive('kms/lost/key/lost')).toBeUndefined();
    });

    it('shows by and by in the reads of the standby, which it serves itself', async () => {
      await waitUntil('the standby has the key', async () => {
        const { body } = await ask('GET', 'key/lost');
        return body.data?.['latest_version'] === 1;
      });
      expect((await ask('GET', 'kms/lost/status')).body.data).toMatchObject({ keys: {}, next: '' });
      expect((await ask('GET', 'inventory')).body.data).toMatchObject({ keys: { lost: { type: 'aes256-gcm96' } } });
      expect((await ask('GET', 'inventory/cyclonedx')).body.data).toMatchObject({ next: '' });
      // It was removed by force.
      expect((await ask('GET', 'kms/lost/key/lost/evidence')).status).toBe(404);
    });

    it('shows by and by what the active node has changed after the standby has shown it', async () => {
      const versions = async (): Promise<unknown> => (await ask('GET', 'key/lost')).body.data?.['latest_version'];
      for (const latest of [2, 3]) {
        expect([await versions(), await versions()]).toEqual([latest - 1, latest - 1]);
        expect((await cluster.http('POST', 'keymgmt/key/lost/rotate')).status).toBe(204);
        await waitUntil('the standby has the new version', async () => (await versions()) === latest);
      }
    });

    it('tells create from update for the policies of the caller', async () => {
      const as = async (capability: string): Promise<(path: string, body: unknown) => Promise<number>> => {
        const policy = `path "keymgmt/key/+" { capabilities = ["${capability}"] }`;
        await cluster.http('PUT', `sys/policies/acl/${capability}`, { policy });
        const made = await cluster.http('POST', 'auth/token/create', { policies: [capability] });
        const token = (made.body as { auth?: { client_token: string } }).auth?.client_token ?? '';
        // The standby learns of both in its own time.
        const lookUp = { 'X-Vault-Token': token };
        await waitUntil('the standby knows the token', async () => {
          return (await cluster.standby('GET', 'auth/token/lookup-self', undefined, lookUp)).status === 200;
        });
        return async (path, body) => (await cluster.standby('POST', `keymgmt/${path}`, body, lookUp)).status;
      };
      const creator = await as('create');
      const updater = await as('update');
      expect(await creator('key/theirs', { type: 'aes256-gcm96' })).toBe(204);
      await waitUntil('the standby has the key', async () => (await ask('GET', 'key/theirs')).status === 200);
      expect(await creator('key/theirs', { deletion_allowed: true })).toBe(403);
      expect(await updater('key/theirs', { deletion_allowed: true })).toBe(204);
      expect(await updater('key/others', { type: 'aes256-gcm96' })).toBe(403);
    });

    it('has let out no secret, on none of the nodes', async () => {
      expect(await watch.leaks()).toEqual([]);
    });
  },
);
