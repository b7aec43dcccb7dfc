/**
 * Many clients at once on a real server while three clouds misbehave: `make test-soak [HOST=vault|bao]`. 64 clients mix
 * creation, rotation, distribution, reads and removal on 50 keys for a minute, in the second third of which Google's does not
 * answer at all; then the clouds heal, and everything must be whole. `SOAK_SECONDS` and `SOAK_SEED` choose how long and what.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { soakAws, soakAzure, soakGcp, type Distribution, type SoakCloud } from './clouds.ts';

const CLIENTS = 64;
/** Clients that use keys alone that are not in Google's cloud. */
const APART = 16;
const KEYS = 50;
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 60);
const SEED = seedFrom('SOAK_SEED');
/** Memory after the first third, when caches and pools are full, may grow by this much until the end. */
const GROWTH = 1.5;
/** What an answer above 499 may say. */
const CLOUDS_FAULT =
  /injected|cannot reach|lost the connection|no answer from|made too recently|not generated yet|being imported/i;
/** A key is in one KMS at a time: the other place of a key refuses it. */
const ELSEWHERE = 'a key can be in one KMS only';
/** How much longer a request to another cloud may take while one does not answer. */
const SLOWER = 2;
/** The clouds have healed so long before all must be whole: what a lost import made is known a minute later. */
const HEALED_MS = 240_000;

interface SoakKey {
  readonly name: string;
  readonly type: string;
  readonly purpose: string;
  /** KMS providers that it may be in. */
  readonly places: readonly string[];
}

const random = randomFrom(SEED);
const wanted = process.argv[2];
const binary = await findServer(wanted === undefined ? undefined : hostNamed(wanted), process.env, stderrProgress);
const clouds = await Promise.all([soakAws(), soakAzure(), soakGcp()]);
const started = await startServer({ binary, env: allowing(...clouds.flatMap(({ origins }) => origins)) });
const watch = await watchServer({ http: (...request) => started.http(...request), folders: [started.folder] });
/** The server, whose answers are looked through at the end. */
const server: RunningServer = {
  ...started,
  async http(method, path, ...rest) {
    const answer = await started.http(method, path, ...rest);
    watch.hear(`an answer to ${method} ${path}`, answer.text);
    return answer;
  },
};
const AES = { type: 'aes256-gcm96', purpose: 'encrypt,decrypt' };
const EC = { type: 'ecdsa-p256', purpose: 'sign' };
const KINDS: readonly Omit<SoakKey, 'name'>[] = [
  { ...AES, places: ['aws'] },
  { ...EC, places: ['azure'] },
  { ...AES, places: ['aws', 'gcp'] },
  { ...EC, places: ['azure', 'gcp'] },
];
const keys = Array.from({ length: KEYS }, (_, index): SoakKey => {
  return { name: `k${index}`, ...(KINDS[index % KINDS.length] ?? { ...AES, places: [] }) };
});
const apart = keys.filter(({ places }) => !places.includes('gcp'));
const wrong: string[] = [];
const counts = new Map<string, number>();
/** How long requests took that changed a cloud which answers, milliseconds, by what the other one did meanwhile. */
const durations = { before: [] as number[], silent: [] as number[] };
let silentSince = Infinity;
let silentUntil = Infinity;

type Action = readonly [string, (key: SoakKey, place: string) => Promise<Answer>];
const distribute: Action = [
  'distribute',
  ({ name, purpose }, place) => server.http('POST', `keymgmt/kms/${place}/key/${name}`, { purpose, protection: 'hsm' }),
];
const readKey: Action = ['read key', ({ name }) => server.http('GET', `keymgmt/key/${name}`)];
const rotate: Action = ['rotate', ({ name }) => server.http('POST', `keymgmt/key/${name}/rotate`)];
const ACTIONS: readonly Action[] = [
  ['create', ({ name, type }) => server.http('POST', `keymgmt/key/${name}`, { type })],
  distribute,
  distribute,
  rotate,
  readKey,
  readKey,
  ['read distribution', ({ name }, place) => server.http('GET', `keymgmt/kms/${place}/key/${name}`)],
  ['remove', ({ name }, place) => server.http('DELETE', `keymgmt/kms/${place}/key/${name}`)],
];

process.stdout.write(`${displayName(binary)}, ${CLIENTS} clients, ${SECONDS} s, SOAK_SEED=${SEED}\n`);
try {
  const built = join(server.folder, 'build', 'vault-plugin-secrets-keymgmt');
  await bundlePlugin(built);
  await server.cli(...registerArguments(await installPlugin(server, built)));
  await server.cli('secrets', 'enable', 'keymgmt');
  for (const { kms, config } of clouds) await server.http('POST', `keymgmt/kms/${kms}`, config);
  const third = (SECONDS * 1000) / 3;
  const start = performance.now();
  silentSince = start + third;
  silentUntil = start + 2 * third;
  for (const cloud of clouds) {
    cloud.setFaults(() => {
      if (cloud.kms === 'gcp' && isSilent(performance.now())) return { when: 'before', hang: true };
      return random() < 0.05 ? anyFault(cloud) : undefined;
    });
  }
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index < APART, start + 3 * third)));
  const early = await memoryAt(silentSince);
  await clients;
  const late = await residentBytes();
  for (const cloud of clouds) cloud.setFaults(() => undefined);
  wrong.push(...(await settle(performance.now() + HEALED_MS)));
  for (const token of clouds.flatMap(({ tokens }) => tokens())) watch.know('an access token', token);
  for (const { what, where, as } of await watch.leaks()) wrong.push(`${what} was seen in ${where} as ${as}`);
  process.stdout.write(`resident memory: ${megabytes(early)} after a third, ${megabytes(late)} at the end\n`);
  if (late > early * GROWTH) wrong.push(`memory grew from ${megabytes(early)} to ${megabytes(late)}`);
  const [before, silent] = [ninetieth(durations.before), ninetieth(durations.silent)];
  process.stdout.write(
    `changes of other clouds, 90th percentile: ${before} ms (${durations.before.length}), ` +
      `${silent} ms while Google's was silent (${durations.silent.length})\n`,
  );
  if (durations.silent.length === 0 || silent > before * SLOWER) wrong.push('a silent cloud held up the others');
} finally {
  await server.stop();
  await Promise.all(clouds.map((cloud) => cloud.close()));
}
for (const [what, count] of [...counts].sort()) process.stdout.write(`${String(count).padStart(7)}  ${what}\n`);
for (const text of new Set(wrong)) process.stdout.write(`FAILED ${text}\n`);
process.stdout.write(`soak failures: ${wrong.length}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;

function isSilent(time: number): boolean {
  return time >= silentSince && time < silentUntil;
}

function anyFault({ errors }: SoakCloud): Fault {
  const when = random() < 0.5 ? 'before' : 'after';
  const [refused, failed] = errors;
  const kinds: readonly Fault[] = [
    { when: 'before', ...(refused && { error: refused }) },
    { when, ...(failed && { error: failed }) },
    { when, drop: true },
  ];
  return kinds[Math.floor(random() * kinds.length)] ?? { when };
}

async function client(isApart: boolean, end: number): Promise<void> {
  while (performance.now() < end) {
    const key = any(isApart ? apart : keys);
    const [what, act] = any(ACTIONS);
    const start = performance.now();
    const answer = await act(key, any(key.places)).catch((error: unknown) => String(error));
    const now = performance.now();
    judge(what, answer);
    if (!isApart || !['distribute', 'rotate', 'remove'].includes(what)) continue;
    if (now < silentSince) durations.before.push(now - start);
    else if (isSilent(start) && now < silentUntil) durations.silent.push(now - start);
  }
}

function any<T>(all: readonly T[]): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new Error('there is nothing to choose from');
  return one;
}

/** A 5xx must be the cloud's, and say so; everything else a client of the API can be told. */
function judge(what: string, answer: Answer | string): void {
  const status = typeof answer === 'string' ? 'no answer' : String(answer.status);
  const key = `${what} ${status}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  if (typeof answer === 'string') wrong.push(`${what}: ${answer}`);
  else if (answer.status >= 500 && !CLOUDS_FAULT.test(answer.text)) {
    wrong.push(`${what}: ${answer.status} ${answer.text}`);
  }
}

/**
 * Asks for every key and distribution, or its removal, once more now that the clouds are well.
 *
 * @returns what is wrong when the time is over; nothing as soon as all is whole
 */
async function settle(until: number): Promise<readonly string[]> {
  for (const { name, type } of keys) await server.http('POST', `keymgmt/key/${name}`, { type });
  const unsettled = new Map<string, string>();
  const last = new Map<string, string>();
  for (const key of keys) for (const place of key.places) unsettled.set(`${place}/key/${key.name}`, key.purpose);
  for (;;) {
    for (const [path, purpose] of unsettled) {
      const answer = await server.http('POST', `keymgmt/kms/${path}`, { purpose, protection: 'hsm' });
      last.set(path, answer.text);
      if (answer.status < 300 || answer.text.includes(ELSEWHERE)) unsettled.delete(path);
      else if (answer.text.includes('is being removed')) await server.http('DELETE', `keymgmt/kms/${path}`);
    }
    const found =
      unsettled.size === 0
        ? await violations()
        : [...unsettled.keys()].map((path) => `${path}: ${last.get(path) ?? ''}`);
    if (found.length === 0 || performance.now() > until) return found;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function violations(): Promise<readonly string[]> {
  const found: string[] = [];
  const nowhere = new Set(keys.map(({ name }) => name));
  for (const cloud of clouds) {
    const distributions: Distribution[] = [];
    for (const { name } of keys.filter(({ places }) => places.includes(cloud.kms))) {
      const key = (await server.http('GET', `keymgmt/key/${name}`)).body.data;
      const { data } = (await server.http('GET', `keymgmt/kms/${cloud.kms}/key/${name}`)).body;
      if (!key || !data) continue;
      nowhere.delete(name);
      const distribution = data as unknown as Distribution;
      distributions.push(distribution);
      if (Object.keys(distribution.versions).length !== Number(key['latest_version'])) {
        found.push(`${name}: not all versions are in ${cloud.kms}`);
      }
      found.push(...cloud.whole(distribution).map((text) => `${name} in ${cloud.kms}: ${text}`));
    }
    const status = (await server.http('GET', `keymgmt/kms/${cloud.kms}/status?limit=1`)).body.data;
    const orphans = (status?.['possible_orphans'] ?? []) as readonly { attempt: string }[];
    const reported = new Set(orphans.map(({ attempt }) => attempt));
    found.push(...cloud.unknown(distributions, reported).map((id) => `${id} in ${cloud.kms} is an orphan`));
  }
  return [...found, ...[...nowhere].map((name) => `${name} is in no cloud`)];
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

function ninetieth(all: readonly number[]): number {
  return Math.round([...all].sort((one, other) => one - other)[Math.floor(all.length * 0.9)] ?? 0);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
