/**
 * Kills the active node of a real three-node cluster at random moments of distributions and rotations, under load, and
 * checks that nothing acknowledged is lost and nothing is orphaned: `make test-cluster [HOST=vault|bao]`.
 * `CLUSTER_ROUNDS` and `CLUSTER_SEED` choose how often and when.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startKms } from '../../dev/aws-kms/kms.ts';
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import { sha256OfFile } from '../../dev/servers/cached-binary.ts';
import { watchServer } from '../../dev/secrecy/watch-server.ts';
import { findServer } from '../../dev/servers/find-server.ts';
import { displayName, hostNamed } from '../../dev/servers/server-binary.ts';
import { stderrProgress } from '../../dev/servers/progress.ts';
import { seedFrom } from '../support/seed.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { randomFrom } from './random-from.ts';

const REGION = 'us-west-1';
const ACCESS_KEY = { accessKeyId: 'AKIA00000CLUSTER', secretAccessKey: 'cluster-test-secret' };
const ROUNDS = Number(process.env['CLUSTER_ROUNDS'] ?? 30);
const SEED = seedFrom('CLUSTER_SEED');
const LATEST_KILL_MS = 250;

const wanted = process.argv[2];
const binary = await findServer(wanted === undefined ? undefined : hostNamed(wanted), process.env, stderrProgress);
const folder = await mkdtemp(join(tmpdir(), 'plugin-'));
const plugin = join(folder, 'keymgmt');
await bundlePlugin(plugin);
const kms = await startKms({ accessKeys: [ACCESS_KEY] });
const started = await startCluster(binary, plugin);
const watch = await watchServer(started);
watch.know('access_key', ACCESS_KEY.accessKeyId);
watch.know('secret_key', ACCESS_KEY.secretAccessKey);
/** The cluster, whose answers are looked through at the end. */
const cluster: Cluster = {
  ...started,
  async http(method, path, body) {
    const answer = await started.http(method, path, body);
    watch.hear(`an answer to ${method} ${path}`, answer.text);
    return answer;
  },
};
const random = randomFrom(SEED);
process.stdout.write(`${displayName(binary)}, ${ROUNDS} rounds, CLUSTER_SEED=${SEED}\n`);
const wrong: string[] = [];
try {
  await mountEngine(cluster, await sha256OfFile(plugin));
  for (let round = 0; round < ROUNDS; round++) wrong.push(...(await playRound(round)));
  wrong.push(...(await violations()));
  for (const { what, where, as } of await watch.leaks()) wrong.push(`${what} was seen in ${where} as ${as}`);
} finally {
  await cluster.stop();
  await kms.close();
  await rm(folder, { recursive: true, force: true });
}
for (const text of wrong) process.stdout.write(`FAILED ${text}\n`);
process.stdout.write(`rounds: ${ROUNDS}, failures: ${wrong.length}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;

async function mountEngine(cluster: Cluster, sha256: string): Promise<void> {
  const env = [`KEYMGMT_ALLOWED_ENDPOINTS=${kms.url}`];
  await must(cluster.http('PUT', 'sys/plugins/catalog/secret/keymgmt', { sha256, command: 'keymgmt', env }));
  await must(cluster.http('POST', 'sys/mounts/keymgmt', { type: 'keymgmt' }));
  await must(
    cluster.http('POST', 'keymgmt/kms/aws', {
      provider: 'awskms',
      key_collection: REGION,
      credentials: { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey, endpoint: kms.url },
    }),
  );
}

/** One distribution and one rotation under load; the active node dies during one of the two. */
async function playRound(round: number): Promise<readonly string[]> {
  const name = `k${round}`;
  await must(cluster.http('POST', `keymgmt/key/${name}`, { type: 'aes256-gcm96' }));
  const acknowledged = { distributed: false, versions: 1 };
  const distribute = async (): Promise<void> => {
    await must(cluster.http('POST', `keymgmt/kms/aws/key/${name}`, { purpose: 'encrypt,decrypt' }));
    acknowledged.distributed = true;
  };
  const rotate = async (): Promise<void> => {
    await must(cluster.http('POST', `keymgmt/key/${name}/rotate`));
    acknowledged.versions++;
  };
  const killDuringRotation = random() < 0.5;
  if (killDuringRotation) await distribute();
  const load = startLoad(round);
  const work = (killDuringRotation ? rotate() : distribute()).catch(() => undefined);
  await delay(random() * LATEST_KILL_MS);
  const revive = await cluster.killActive();
  await work;
  await load.stop();
  // A client whose request broke asks again; the new active node finishes what was begun.
  await retried(distribute);
  if (!killDuringRotation || acknowledged.versions === 1) await retried(rotate);
  await revive();
  const key = await cluster.http('GET', `keymgmt/key/${name}`);
  const latest = Number(key.body.data?.['latest_version']);
  process.stdout.write(`round ${round}: killed during ${killDuringRotation ? 'rotation' : 'distribution'}\n`);
  return latest >= acknowledged.versions
    ? []
    : [`round ${round}: ${acknowledged.versions} versions were acknowledged, ${latest} are there`];
}

/** Readers that go on while the cluster changes its leader. */
function startLoad(round: number): { stop(): Promise<void> } {
  const controller = new AbortController();
  const reader = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      await cluster.http('GET', `keymgmt/key/k${Math.floor(random() * (round + 1))}`).catch(() => undefined);
    }
  };
  const readers = Promise.all(Array.from({ length: 4 }, reader));
  return {
    async stop() {
      controller.abort();
      await readers;
    },
  };
}

/** Compares what the engine says of every key with what the cloud holds. */
async function violations(): Promise<readonly string[]> {
  const found: string[] = [];
  const owned = new Set<string>();
  const aliases = kms.aliases(REGION);
  const kmsKeys = new Map(kms.keys(REGION).map((key) => [key.id, key]));
  for (let round = 0; round < ROUNDS; round++) {
    const { data } = (await cluster.http('GET', `keymgmt/kms/aws/key/k${round}`)).body;
    const versions = Object.entries((data?.['versions'] ?? {}) as Record<string, string>);
    const latest = Number((await cluster.http('GET', `keymgmt/key/k${round}`)).body.data?.['latest_version']);
    if (versions.length !== latest) found.push(`k${round}: ${latest} versions, ${versions.length} KMS keys`);
    for (const [version, id] of versions) {
      owned.add(id);
      const state = kmsKeys.get(id)?.state;
      if (state !== 'Enabled') found.push(`k${round}: the KMS key of version ${version} is ${state ?? 'missing'}`);
    }
    const holder = aliases[`alias/hashicorp/${String(data?.['name'])}`];
    if (holder !== versions.at(-1)?.[1]) found.push(`k${round}: the alias does not point to the latest version`);
  }
  const status = (await cluster.http('GET', 'keymgmt/kms/aws/status')).body.data;
  const reported = new Set(
    ((status?.['possible_orphans'] ?? []) as readonly { attempt: string }[]).map(({ attempt }) => attempt),
  );
  for (const { id, state, tags } of kmsKeys.values()) {
    if (state === 'PendingDeletion' || owned.has(id)) continue;
    if (!reported.has(tags['vault-keymgmt-attempt'] ?? '')) found.push(`KMS key ${id} is an orphan`);
  }
  return found;
}

async function retried(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries === 10) throw error;
    }
  }
}

async function must(request: ReturnType<Cluster['http']>): Promise<void> {
  const { status, text } = await request;
  if (status >= 300) throw new Error(`answered ${status}: ${text}`);
}
