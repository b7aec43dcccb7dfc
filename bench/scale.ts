/**
 * `npm run bench:scale [-- distributions]`: measures a mount with 100,000 distributions on a real server. While it fills:
 * reads and lists at a hundredth, a tenth and all of them. After a restart: time of the scan of all distributions, whether
 * a due distribution is reconciled at the next tick during the scan, processor time of the ticks after it, and memory of
 * the plugin. The records are copies of one real distribution, written to storage by the server's `sys/raw`.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startKms } from '../dev/aws-kms/kms.ts';
import { bundlePlugin } from '../dev/build/bundle-plugin.ts';
import { findServer } from '../dev/servers/find-server.ts';
import { installPlugin, registerArguments } from '../dev/servers/install-plugin.ts';
import { stderrProgress } from '../dev/servers/progress.ts';
import { displayName } from '../dev/servers/server-binary.ts';
import { startServer } from '../dev/servers/start-server.ts';
import { processCosts } from './process-costs.ts';
import { pluginProcesses } from '../test/support/server/plugin-processes.ts';

const COUNT = Number(process.argv[2] ?? 100_000);
const WRITERS = 48;
/** Each of another key, so that the cache has none of them. */
const READS = 500;
/** Vault and OpenBao tick once a minute. */
const TICKS_MS = 130_000;
const REGION = 'eu-central-1';
const ACCESS_KEY = { accessKeyId: 'AKIASCALEBENCH00', secretAccessKey: 'scale-bench-secret' };
const PURPOSE = { purpose: 'encrypt,decrypt' };
/** Timeout of a scan. */
const PATIENCE_MS = 30 * 60_000;

const started = performance.now();
const say = (text: string): void => {
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

const binary = await findServer(undefined, process.env, stderrProgress);
const kms = await startKms({ accessKeys: [ACCESS_KEY] });
const server = await startServer({ binary, logLevel: 'debug', env: { KEYMGMT_ALLOWED_ENDPOINTS: kms.url } });
say(`${displayName(binary)}, ${COUNT} distributions`);
try {
  const built = join(server.folder, 'build', 'vault-plugin-secrets-keymgmt');
  await bundlePlugin(built);
  await server.cli(...registerArguments(await installPlugin(server, built)));
  await server.cli('secrets', 'enable', 'keymgmt');
  await accepted('POST', 'keymgmt/kms/aws', {
    provider: 'awskms',
    key_collection: REGION,
    credentials: { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey, endpoint: kms.url },
  });
  for (const key of ['model', 'due']) await accepted('POST', `keymgmt/key/${key}`, { type: 'aes256-gcm96' });
  for (const key of ['model', 'due']) await accepted('POST', `keymgmt/kms/aws/key/${key}`, PURPOSE);
  const raw = await rawStorage();
  const model = {
    raw,
    key: await raw.get('key/model'),
    distribution: await raw.get('distribution/aws/model'),
  };
  let written = 0;
  for (const count of [COUNT / 100, COUNT / 10, COUNT].map(Math.floor)) {
    await copyModel(model, written, count);
    written = count;
    await measureReads(count);
  }

  const before = await looks();
  await server.restart();
  say('the server is started again');
  kms.faults.set(() => ({ when: 'before', error: { code: 'KMSInternalException', message: 'injected', status: 500 } }));
  const refused = await server.http('POST', 'keymgmt/key/due/rotate');
  if (refused.status < 400) throw new Error('the rotation that should fail in the KMS has succeeded');
  kms.faults.clear();
  const failedAt = performance.now();
  let isDue = true;
  let isOver = false;
  let largest = 0;
  const seen = new Set(before);
  for (;;) {
    await delay(500);
    if (performance.now() - started > PATIENCE_MS) throw new Error('the scan of the distributions does not end');
    largest = Math.max(largest, (await costs()).resident);
    if (isDue && kms.keys(REGION).filter(({ state }) => state === 'Enabled').length === 3) {
      isDue = false;
      say(`what failed is finished ${((performance.now() - failedAt) / 1000).toFixed(1)} s after it has failed`);
    }
    const lines = (await looks()).filter((line) => !seen.has(line));
    for (const line of lines) {
      seen.add(line);
      say(line.replace(/^.*(scanned)/, '$1'));
    }
    isOver ||= lines.some((line) => line.includes('scanned all'));
    if (!isDue && isOver) break;
  }
  const idle = await costs();
  await delay(TICKS_MS);
  const { cpu } = await costs();
  say(
    `the ticks of ${TICKS_MS / 1000} s take ${((cpu - idle.cpu) / 1000).toFixed(0)} ms of the plugin's processor time`,
  );
  say(`resident memory of the plugin: ${largest.toFixed(0)} MB at most, ${(await costs()).resident.toFixed(0)} MB now`);
} finally {
  await server.stop();
  await kms.close();
}

/** Log lines about a scan of all distributions. */
async function looks(): Promise<readonly string[]> {
  return (await server.log()).split('\n').filter((line) => line.includes('all distributions'));
}

interface RawStorage {
  get(path: string): Promise<string>;
  put(path: string, value: string): Promise<unknown>;
}

/** The mount's storage, by the server's `sys/raw`. */
async function rawStorage(): Promise<RawStorage> {
  const mounts = (await accepted('GET', 'sys/mounts')).body.data as Record<string, { uuid: string }>;
  const prefix = `sys/raw/logical/${mounts['keymgmt/']?.uuid ?? ''}`;
  return {
    get: async (path) => String((await accepted('GET', `${prefix}/${path}`)).body.data?.['value']),
    put: (path, value) => accepted('PUT', `${prefix}/${path}`, { value }),
  };
}

/** The storage, and the records of the key `model` and of its distribution. */
interface Model {
  readonly raw: RawStorage;
  readonly key: string;
  readonly distribution: string;
}

/** Writes copies of both records, numbered from `from` up to `to`, less one. */
async function copyModel({ raw, key, distribution }: Model, from: number, to: number): Promise<void> {
  let next = from;
  const writer = async (): Promise<void> => {
    for (let index = next++; index < to; index = next++) {
      await raw.put(`key/${nameOf(index)}`, key);
      await raw.put(`distribution/aws/${nameOf(index)}`, distribution);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

function nameOf(index: number): string {
  return `k${String(index).padStart(6, '0')}`;
}

async function measureReads(count: number): Promise<void> {
  const median = async (times: number, request: (index: number) => Promise<unknown>): Promise<string> => {
    const taken: number[] = [];
    for (let index = 0; index < times; index++) {
      const begun = performance.now();
      await request(index);
      taken.push(performance.now() - begun);
    }
    return (taken.toSorted((one, other) => one - other)[Math.floor(times / 2)] ?? NaN).toFixed(2);
  };
  const spread = (index: number): string => nameOf(Math.floor((index * count) / READS));
  const key = await median(READS, (index) => accepted('GET', `keymgmt/key/${spread(index)}`));
  const cached = await median(READS, () => accepted('GET', `keymgmt/key/${spread(0)}`));
  const distribution = await median(READS, (index) => accepted('GET', `keymgmt/kms/aws/key/${spread(index)}`));
  const list = await median(3, () => accepted('LIST', 'keymgmt/key'));
  const page = await median(20, () => accepted('GET', 'keymgmt/key?list=true&limit=100&after=k000100'));
  say(
    `${count} keys: a read takes ${key} ms (${cached} from the cache), of a distribution ${distribution} ms, ` +
      `the list of all ${list} ms, a page of 100 ${page} ms`,
  );
}

async function accepted(...request: Parameters<typeof server.http>): ReturnType<typeof server.http> {
  const answer = await server.http(...request);
  if (answer.status >= 300) throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${answer.text}`);
  return answer;
}

async function costs(): ReturnType<typeof processCosts> {
  return processCosts(await pluginProcesses(server.pid()));
}
