/**
 * `npm run bench:scale [-- distributions]`: measures a mount with 100,000 distributions on a real server after a
 * restart: time of the scan of all distributions, whether a due distribution is reconciled at the next tick during the
 * scan, time of a list, and memory of the plugin. The records are copies of one real distribution, written to storage by
 * the server's `sys/raw`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startKms } from '../dev/aws-kms/kms.ts';
import { bundlePlugin } from '../dev/build/bundle-plugin.ts';
import { findServer } from '../dev/servers/find-server.ts';
import { installPlugin, registerArguments } from '../dev/servers/install-plugin.ts';
import { stderrProgress } from '../dev/servers/progress.ts';
import { displayName } from '../dev/servers/server-binary.ts';
import { startServer } from '../dev/servers/start-server.ts';
import { pluginProcesses } from '../test/support/server/plugin-processes.ts';

const COUNT = Number(process.argv[2] ?? 100_000);
const WRITERS = 48;
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
  await accepted('POST', 'keymgmt/kms/aws/key/model', PURPOSE);
  await copyModel();

  const before = await looks();
  await server.restart();
  say('the server is started again');
  kms.faults.set(() => ({ when: 'before', error: { code: 'KMSInternalException', message: 'injected', status: 500 } }));
  const refused = await server.http('POST', 'keymgmt/kms/aws/key/due', PURPOSE);
  if (refused.status < 400) throw new Error('the distribution that should fail has succeeded');
  kms.faults.clear();
  const failedAt = performance.now();
  let isDue = true;
  let isOver = false;
  let largest = 0;
  const seen = new Set(before);
  for (;;) {
    await delay(500);
    if (performance.now() - started > PATIENCE_MS) throw new Error('the scan of the distributions does not end');
    largest = Math.max(largest, await residentMegabytes());
    if (isDue && kms.keys(REGION).filter(({ state }) => state === 'Enabled').length === 2) {
      isDue = false;
      say(`what failed is finished ${((performance.now() - failedAt) / 1000).toFixed(1)} s after it has failed`);
    }
    const lines = (await looks()).filter((line) => !seen.has(line));
    for (const line of lines) {
      seen.add(line);
      say(line.replace(/^.*(look)/, '$1'));
    }
    isOver ||= lines.some((line) => line.includes('looked through'));
    if (!isDue && isOver) break;
  }
  const begun = performance.now();
  const list = await server.http('LIST', 'keymgmt/kms/aws/key');
  say(`a list of ${(list.text.length / 1e6).toFixed(1)} MB takes ${(performance.now() - begun).toFixed(0)} ms`);
  say(
    `resident memory of the plugin: ${largest.toFixed(0)} MB at most, ${(await residentMegabytes()).toFixed(0)} MB now`,
  );
} finally {
  await server.stop();
  await kms.close();
}

/** Log lines about a scan of all distributions. */
async function looks(): Promise<readonly string[]> {
  return (await server.log()).split('\n').filter((line) => line.includes('all distributions'));
}

/** Copies the records of the key `model`, including its key material. */
async function copyModel(): Promise<void> {
  const mounts = (await accepted('GET', 'sys/mounts')).body.data as Record<string, { uuid: string }>;
  const raw = `sys/raw/logical/${mounts['keymgmt/']?.uuid ?? ''}`;
  const recordOf = async (path: string): Promise<string> =>
    String((await accepted('GET', `${raw}/${path}`)).body.data?.['value']);
  const key = await recordOf('key/model');
  const distribution = await recordOf('distribution/aws/model');
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let index = next++; index < COUNT; index = next++) {
      const name = `k${String(index).padStart(6, '0')}`;
      await accepted('PUT', `${raw}/key/${name}`, { value: key });
      await accepted('PUT', `${raw}/distribution/aws/${name}`, { value: distribution });
      if (index % 10_000 === 0) say(`${index} records written`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

async function accepted(...request: Parameters<typeof server.http>): ReturnType<typeof server.http> {
  const answer = await server.http(...request);
  if (answer.status >= 300) throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${answer.text}`);
  return answer;
}

/** Of the plugin's processes (Linux: /proc). */
async function residentMegabytes(): Promise<number> {
  let kilobytes = 0;
  for (const pid of await pluginProcesses(server.pid())) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    kilobytes += Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}
