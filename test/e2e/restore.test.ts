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
import { startCluster, type Cluster, type Snapshot } from '../cluster/cluster.ts';

const REGION = 'us-west-1';
const ACCESS_KEY = { accessKeyId: 'AKIARESTORETESTS', secretAccessKey: 'restore-test-secret' };

const { present, missing } = await serversAtHand(process.env, stderrProgress);
// The newest of each kind: what is older restores in the same way.
const servers = [...new Map(present.map((binary) => [binary.host, binary])).values()].filter(
  ({ host, version }) => host === 'bao' || !version.startsWith('1.11'),
);

if (servers.length === 0) {
  describe('the restore of a snapshot', () => {
    it.skip(`needs a server: ${missing[0]?.wayOut ?? ''}`, () => undefined);
  });
}

describe.each(servers.map((binary) => [displayName(binary), binary] as const))(
  'the restore of a snapshot, on %s',
  (_, binary) => {
    const ended: (() => Promise<unknown>)[] = [];
    let kms: Kms;
    let plugin: string;
    let original: Cluster;
    let clone: Cluster;
    let watch: ServerWatch;
    let snapshot: Snapshot;

    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'restore-'));
      ended.push(() => rm(folder, { recursive: true, force: true }));
      plugin = join(folder, 'keymgmt');
      await bundlePlugin(plugin);
      kms = await startKms({ accessKeys: [ACCESS_KEY] });
      ended.push(() => kms.close());
      original = await startCluster(binary, plugin);
      ended.push(() => original.stop());
      watch = await watchServer(original);
      watch.know('secret_key', ACCESS_KEY.secretAccessKey);
      const env = [`KEYMGMT_ALLOWED_ENDPOINTS=${kms.url}`];
      const entry = { sha256: await sha256OfFile(plugin), command: 'keymgmt', env };
      await original.http('PUT', 'sys/plugins/catalog/secret/keymgmt', entry);
      expect((await original.http('POST', 'sys/mounts/keymgmt', { type: 'keymgmt' })).status).toBe(204);
      const credentials = {
        access_key: ACCESS_KEY.accessKeyId,
        secret_key: ACCESS_KEY.secretAccessKey,
        endpoint: kms.url,
      };
      await done(original, 'kms/aws', { provider: 'awskms', key_collection: REGION, credentials });
      await done(original, 'key/k', { type: 'aes256-gcm96' });
      await done(original, 'kms/aws/key/k', { purpose: 'encrypt,decrypt' });
      snapshot = await original.takeSnapshot();
      await done(original, 'key/k/rotate');
      await done(original, 'key/k/rotate');
      clone = await startCluster(binary, plugin, { size: 1 });
      ended.push(() => clone.stop());
      await clone.restore(snapshot);
    }, 240_000);
    afterAll(async () => {
      for (const end of ended.toReversed()) await end();
    });

    const ask = async (cluster: Cluster, method: Method, path: string, body?: unknown): Promise<Answer> => {
      const answer = await cluster.http(method, `keymgmt/${path}`, body);
      watch.hear(`answer to ${method} ${path}`, answer.text);
      return answer;
    };
    const done = async (cluster: Cluster, path: string, body?: unknown): Promise<void> => {
      const { status, text } = await ask(cluster, 'POST', path, body);
      expect([path, status, text]).toEqual([path, 204, '']);
    };
    /** The alias with the version that its KMS key is labelled with. */
    const published = (): string | undefined => {
      const [id] = Object.values(kms.aliases(REGION));
      return kms.keys(REGION).find((key) => key.id === id)?.tags['vault-keymgmt-version'];
    };
    const live = (): number => kms.keys(REGION).filter(({ state }) => state === 'Enabled').length;

    /** What holds on storage that is older than two rotations. */
    const guards = (cluster: () => Cluster): void => {
      it.each<[string, Method, string]>([
        ['rotation', 'POST', 'key/k/rotate'],
        ['sync', 'POST', 'kms/aws/key/k/sync'],
        ['removal', 'DELETE', 'kms/aws/key/k'],
      ])('refuses a %s, says what was found, and leaves the KMS alone', async (_verb, method, path) => {
        const { status, text } = await ask(cluster(), method, path);
        expect([status, text]).toEqual([400, expect.stringMatching(/ahead of Vault's storage.*labelled as version 3/)]);
        expect([published(), live()]).toEqual(['3', 3]);
        expect((await ask(cluster(), 'GET', 'key/k')).body.data).toMatchObject({ latest_version: 1 });
      });

      it('engages the guard', async () => {
        const { data } = (await ask(cluster(), 'GET', 'restore-guard')).body;
        expect(data).toMatchObject({ engaged: true, findings: [{ kms: 'aws', key: 'k', version: '3' }] });
      });

      it('shows what is ahead, and the KMS keys that storage does not know', async () => {
        expect((await ask(cluster(), 'GET', 'kms/aws/key/k/status')).body.data).toMatchObject({ verdict: 'ahead' });
        const sweep = (await ask(cluster(), 'GET', 'kms/aws/status')).body.data;
        expect(sweep).toMatchObject({ verdicts: { ahead: 1 }, unrecorded_objects_incomplete: '' });
        expect(sweep?.['unrecorded_objects']).toHaveLength(2);
      });
    };

    describe('in a clone beside the original', () => {
      guards(() => clone);

      it('leaves the original as it is', async () => {
        const status = (await ask(original, 'GET', 'kms/aws/key/k/status')).body.data;
        expect(status).toMatchObject({ verdict: 'in_sync' });
        expect((await ask(original, 'GET', 'restore-guard')).body.data).toMatchObject({ engaged: false });
      });
    });

    describe('in the cluster itself', () => {
      beforeAll(async () => {
        // What the reads remember must not outlive the storage it was read from.
        expect((await ask(original, 'GET', 'key/k')).body.data).toMatchObject({ latest_version: 3 });
        await original.restore(snapshot);
        expect((await ask(original, 'GET', 'key/k')).body.data).toMatchObject({ latest_version: 1 });
      });

      it('engages the guard by itself, at the first tick of the mount', async () => {
        await waitUntil(
          'the guard is engaged',
          async () => (await ask(original, 'GET', 'restore-guard')).body.data?.['engaged'] === true || undefined,
          200,
        );
        const { data } = (await ask(original, 'GET', 'restore-guard')).body;
        expect(data).toMatchObject({ findings: [{ kms: 'aws', key: 'k', version: '3' }] });
      }, 300_000);

      guards(() => original);

      it('goes on when a person has acknowledged what was found', async () => {
        await done(original, 'restore-guard', { engaged: false });
        await done(original, 'key/k/rotate');
        expect((await ask(original, 'GET', 'key/k')).body.data).toMatchObject({ latest_version: 2 });
        expect([published(), live()]).toEqual(['2', 4]);
        const { epoch } = (await ask(original, 'GET', 'restore-guard')).body.data ?? {};
        const epochs = kms.keys(REGION).map(({ tags }) => tags['vault-keymgmt-epoch']);
        expect(epochs.toSorted()).toEqual([epoch, undefined, undefined, undefined]);
      });
    });

    it('has let out no secret', async () => {
      expect(await watch.leaks()).toEqual([]);
    });
  },
);
