/**
 * Many clients at once on a real server while the cloud misbehaves: `make test-soak [HOST=vault|bao]`. 64 clients mix
 * creation, rotation, distribution, reads and removal on 50 keys for a minute; then the cloud heals, and everything must
 * be whole. `SOAK_SECONDS` and `SOAK_SEED` choose how long and what.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startKms } from '../../dev/aws-kms/kms.ts';
import type { Fault } from '../../dev/fake-cloud/faults.ts';
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import { watchServer } from '../../dev/secrecy/watch-server.ts';
import { findServer } from '../../dev/servers/find-server.ts';
import type { Answer } from '../../dev/servers/http-client.ts';
import { installPlugin, registerArguments } from '../../dev/servers/install-plugin.ts';
import { stderrProgress } from '../../dev/servers/progress.ts';
import { displayName, hostNamed } from '../../dev/servers/server-binary.ts';
import { startServer, type RunningServer } from '../../dev/servers/start-server.ts';
import { randomFrom } from '../cluster/random-from.ts';
import { allowing } from '../support/allowing.ts';
import { pluginProcesses } from '../support/server/plugin-processes.ts';
import { seedFrom } from '../support/seed.ts';

const REGION = 'us-west-1';
const ACCESS_KEY = { accessKeyId: 'AKIA00000000SOAK', secretAccessKey: 'soak-test-secret' };
const CLIENTS = 64;
const KEYS = 50;
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 60);
const SEED = seedFrom('SOAK_SEED');
/** Memory after the first third, when caches and pools are full, may grow by this much until the end. */
const GROWTH = 1.5;

const random = randomFrom(SEED);
const wanted = process.argv[2];
const binary = await findServer(wanted === undefined ? undefined : hostNamed(wanted), process.env, stderrProgress);
const kms = await startKms({ accessKeys: [ACCESS_KEY] });
const started = await startServer({ binary, env: allowing(kms.url) });
const watch = await watchServer({ http: (...request) => started.http(...request), folders: [started.folder] });
watch.know('access_key', ACCESS_KEY.accessKeyId);
watch.know('secret_key', ACCESS_KEY.secretAccessKey);
/** The server, whose answers are looked through at the end. */
const server: RunningServer = {
  ...started,
  async http(method, path, ...rest) {
    const answer = await started.http(method, path, ...rest);
    watch.hear(`an answer to ${method} ${path}`, answer.text);
    return answer;
  },
};
const wrong: string[] = [];
const counts = new Map<string, number>();
type Action = readonly [string, (name: string) => Promise<Answer>];

const ACTIONS: readonly Action[] = [
  ['create', (name) => server.http('POST', `keymgmt/key/${name}`, { type: 'aes256-gcm96' })],
  ['distribute', (name) => server.http('POST', `keymgmt/kms/aws/key/${name}`, { purpose: 'encrypt,decrypt' })],
  ['distribute', (name) => server.http('POST', `keymgmt/kms/aws/key/${name}`, { purpose: 'encrypt,decrypt' })],
  ['rotate', (name) => server.http('POST', `keymgmt/key/${name}/rotate`)],
  ['read key', (name) => server.http('GET', `keymgmt/key/${name}`)],
  ['read key', (name) => server.http('GET', `keymgmt/key/${name}`)],
  ['read distribution', (name) => server.http('GET', `keymgmt/kms/aws/key/${name}`)],
  ['remove', (name) => server.http('DELETE', `keymgmt/kms/aws/key/${name}`)],
];

process.stdout.write(`${displayName(binary)}, ${CLIENTS} clients, ${SECONDS} s, SOAK_SEED=${SEED}\n`);
try {
  const built = join(server.folder, 'build', 'vault-plugin-secrets-keymgmt');
  await bundlePlugin(built);
  await server.cli(...registerArguments(await installPlugin(server, built)));
  await server.cli('secrets', 'enable', 'keymgmt');
  await server.http('POST', 'keymgmt/kms/aws', {
    provider: 'awskms',
    key_collection: REGION,
    credentials: { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey, endpoint: kms.url },
  });
  kms.faults.set(() => (random() < 0.05 ? anyFault() : undefined));
  const end = performance.now() + SECONDS * 1000;
  const clients = Promise.all(Array.from({ length: CLIENTS }, () => client(end)));
  const early = await memoryAt(end - (SECONDS * 1000 * 2) / 3);
  await clients;
  const late = await residentBytes();
  kms.faults.clear();
  await settleAll();
  wrong.push(...(await violations()));
  for (const { what, where, as } of await watch.leaks()) wrong.push(`${what} was seen in ${where} as ${as}`);
  process.stdout.write(`resident memory: ${megabytes(early)} after a third, ${megabytes(late)} at the end\n`);
  if (late > early * GROWTH) wrong.push(`memory grew from ${megabytes(early)} to ${megabytes(late)}`);
} finally {
  await server.stop();
  await kms.close();
}
for (const [what, count] of [...counts].sort()) process.stdout.write(`${String(count).padStart(7)}  ${what}\n`);
for (const text of new Set(wrong)) process.stdout.write(`FAILED ${text}\n`);
process.stdout.write(`soak failures: ${wrong.length}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;

function anyFault(): Fault {
  const when = random() < 0.5 ? 'before' : 'after';
  const kinds: readonly Fault[] = [
    { when: 'before', error: { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 } },
    { when, error: { code: 'KMSInternalException', message: 'injected', status: 500 } },
    { when, drop: true },
  ];
  return kinds[Math.floor(random() * kinds.length)] ?? { when };
}

async function client(end: number): Promise<void> {
  while (performance.now() < end) {
    const name = `k${Math.floor(random() * KEYS)}`;
    const action = ACTIONS[Math.floor(random() * ACTIONS.length)];
    if (!action) continue;
    const [what, act] = action;
    const answer = await act(name).catch((error: unknown) => String(error));
    judge(what, answer);
  }
}

/** A 5xx must be the cloud's, and say so; everything else a client of the API can be told. */
function judge(what: string, answer: Answer | string): void {
  const status = typeof answer === 'string' ? 'no answer' : String(answer.status);
  const key = `${what} ${status}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  if (typeof answer === 'string') wrong.push(`${what}: ${answer}`);
  else if (answer.status >= 500 && !/injected|Rate exceeded|cannot reach|lost the connection/i.test(answer.text)) {
    wrong.push(`${what}: ${answer.status} ${answer.text}`);
  }
}

/** Asks for every key's distribution, or its removal, once more now that the cloud is well. */
async function settleAll(): Promise<void> {
  for (let index = 0; index < KEYS; index++) {
    const path = `keymgmt/kms/aws/key/k${index}`;
    const answer = await server.http('POST', path, { purpose: 'encrypt,decrypt' });
    if (answer.text.includes('is being removed')) {
      await server.http('DELETE', path);
      await server.http('POST', path, { purpose: 'encrypt,decrypt' });
    }
  }
}

async function violations(): Promise<readonly string[]> {
  const found: string[] = [];
  const kmsKeys = new Map(kms.keys(REGION).map((key) => [key.id, key]));
  const aliases = kms.aliases(REGION);
  const owned = new Set<string>();
  for (let index = 0; index < KEYS; index++) {
    const key = (await server.http('GET', `keymgmt/key/k${index}`)).body.data;
    if (!key) continue;
    const { data } = (await server.http('GET', `keymgmt/kms/aws/key/k${index}`)).body;
    const versions = Object.entries((data?.['versions'] ?? {}) as Record<string, string>);
    if (versions.length !== Number(key['latest_version'])) found.push(`k${index}: not all versions are in the cloud`);
    for (const [version, id] of versions) {
      owned.add(id);
      if (kmsKeys.get(id)?.state !== 'Enabled') found.push(`k${index}: version ${version} is not enabled`);
    }
    if (aliases[`alias/hashicorp/${String(data?.['name'])}`] !== versions.at(-1)?.[1]) {
      found.push(`k${index}: the alias does not point to the latest version`);
    }
  }
  const status = (await server.http('GET', 'keymgmt/kms/aws/status?limit=1')).body.data;
  const orphans = (status?.['possible_orphans'] ?? []) as readonly { attempt: string }[];
  const reported = new Set(orphans.map(({ attempt }) => attempt));
  for (const { id, state, tags } of kmsKeys.values()) {
    if (state === 'PendingDeletion' || owned.has(id)) continue;
    if (!reported.has(tags['vault-keymgmt-attempt'] ?? '')) found.push(`KMS key ${id} is an orphan`);
  }
  return found;
}

async function memoryAt(time: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
  return residentBytes();
}

/** Resident memory of the plugin's processes (Linux: /proc). */
async function residentBytes(): Promise<number> {
  let bytes = 0;
  for (const pid of await pluginProcesses(server.pid())) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    bytes += Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }
  return bytes;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
