import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../dev/servers/free-ports.ts';
import { runCommand } from '../../dev/servers/run-command.ts';
import { startProcess, type ServerProcess } from '../../dev/servers/server-process.ts';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { prometheusTool } from '../support/prometheus.ts';
import { onEachServer } from '../support/server/on-each-server.ts';
import type { Stage } from '../support/server/stage.ts';
import { dashboardExpressions, MONITORING } from './examples.ts';

const POLICY = resolve(MONITORING, '../policies/metrics.hcl');
const [prometheus, promtool] = [await prometheusTool('prometheus'), await prometheusTool('promtool')];

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly state: string;
}

if ('missing' in prometheus || 'missing' in promtool) {
  const why = [prometheus, promtool].flatMap((tool) => ('missing' in tool ? [tool.missing] : []))[0] ?? '';
  describe('a Prometheus that scrapes a server', () => {
    it.skip(why, () => undefined);
  });
} else {
  onEachServer('a Prometheus that scrapes a server', (stage) => {
    let folder: string;
    let address: string;
    let running: ServerProcess | undefined;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'scrape-'));
      await distribute(stage());
      const token = await tokenOfScraper(stage());
      await writeFile(join(folder, 'token'), token, { mode: 0o600 });
      await copyFile(join(MONITORING, 'alerts.yml'), join(folder, 'alerts.yml'));
      await writeFile(
        join(folder, 'prometheus.yml'),
        await configuration(stage().server.address, join(folder, 'token')),
      );
      const [port = 0] = await freePorts(1);
      address = `127.0.0.1:${port}`;
      running = startProcess(
        prometheus.path,
        ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=${address}`],
        { folder, log: join(folder, 'log'), env: { PATH: process.env['PATH'] } },
      );
    });
    afterAll(async () => {
      // What it has stored goes with it.
      await running?.stop(1_000);
      await rm(folder, { recursive: true, force: true });
    });

    /** Its API's answer; undefined as long as it does not serve. */
    async function api<Data>(path: string): Promise<Data | undefined> {
      const answer = await fetch(`http://${address}/api/v1/${path}`).catch(() => undefined);
      if (answer === undefined || answer.status === 503) {
        if (running?.running() === false) throw new Error(await readFile(join(folder, 'log'), 'utf8'));
        return undefined;
      }
      const { status, data, error } = (await answer.json()) as { status: string; data?: Data; error?: string };
      if (status !== 'success') throw new Error(`${path}: ${error}`);
      return data;
    }
    const query = async (expression: string): Promise<readonly Sample[]> =>
      (await api<{ result: readonly Sample[] }>(`query?query=${encodeURIComponent(expression)}`))?.result ?? [];
    const rules = async (): Promise<readonly Rule[]> =>
      (await api<{ groups: readonly { rules: readonly Rule[] }[] }>('rules'))?.groups.flatMap((group) => group.rules) ??
      [];
    const valueOf = async (expression: string): Promise<number> => Number((await query(expression))[0]?.value[1]);

    it('reaches it with a token of examples/policies, and takes all that it says', async () => {
      const target = await waitUntil('the target has been scraped', async () => {
        const targets = await api<{ activeTargets: readonly { health: string; lastError: string }[] }>('targets');
        return targets?.activeTargets.find(({ health }) => health !== 'unknown');
      });
      expect(target).toMatchObject({ health: 'up', lastError: '' });
      // How many samples of the answer are stored: all.
      expect(await valueOf('scrape_samples_scraped{job="keymgmt"}')).toBeGreaterThan(50);
      expect(await valueOf('scrape_samples_scraped - scrape_samples_post_metric_relabeling')).toBe(0);
    });

    it('answers the dashboard', async () => {
      await waitUntil('a rate has two samples', async () => (await valueOf('count_over_time(keymgmt_active[1m])')) > 2);
      const unanswered: string[] = [];
      for (const expression of await dashboardExpressions()) {
        if ((await query(expression)).length === 0) unanswered.push(expression);
      }
      // What the tick counts, a minute after the mount and later, and what has not happened: no series is there before.
      const later =
        /keymgmt_(keys|kms|kms_unreachable|distributions|periodic\w+|orphans|drifted\w+|cloud_retries_total)\b/;
      expect(unanswered.filter((expression) => !later.test(expression))).toEqual([]);
      expect(await valueOf('sum(keymgmt_active)')).toBe(1);
      expect(await valueOf('sum(keymgmt_cloud_call_duration_seconds_count{action="create",outcome="ok"})')).toBe(1);
    });

    it('evaluates every alert, fires none, and fires that of the restore guard when it is engaged', async () => {
      const names = [...(await readFile(join(MONITORING, 'alerts.yml'), 'utf8')).matchAll(/- alert: (\w+)/g)];
      const quiet = await waitUntil('every alert is evaluated and quiet', async () => {
        const all = await rules();
        return all.length > 0 && all.every(({ health, state }) => health === 'ok' && state === 'inactive') && all;
      });
      expect(quiet.map(({ name }) => name)).toEqual(names.map(([, name]) => name));
      await stage().http('POST', 'keymgmt/restore-guard', { engaged: true });
      const firing = await waitUntil('an alert fires', async () => {
        const found = (await rules()).filter(({ state }) => state === 'firing');
        return found.length > 0 && found;
      });
      expect(firing.map(({ name }) => name)).toEqual(['KeymgmtRestoreGuardEngaged']);
    });

    it('finds no fault with the text, by promtool', async () => {
      const { status, text } = await stage().http('GET', 'keymgmt/metrics');
      expect(status).toBe(200);
      await writeFile(join(folder, 'metrics.txt'), text);
      const script = '"$1" check metrics <metrics.txt';
      const { code, stdout, stderr } = await runCommand('/bin/sh', ['-c', script, 'sh', promtool.path], {
        cwd: folder,
      });
      expect([code, stdout + stderr]).toEqual([0, '']);
    });
  });
}

/** A key in the KMS, so that there are calls to measure. */
async function distribute(stage: Stage): Promise<void> {
  expect((await stage.http('POST', 'keymgmt/kms/aws', stage.provider)).status).toBe(204);
  expect((await stage.http('POST', 'keymgmt/key/app', { type: 'aes256-gcm96' })).status).toBe(204);
  await stage.noteMaterial();
  expect((await stage.http('POST', 'keymgmt/kms/aws/key/app', { purpose: 'encrypt,decrypt' })).status).toBe(204);
}

async function tokenOfScraper(stage: Stage): Promise<string> {
  await stage.http('PUT', 'sys/policies/acl/metrics', { policy: await readFile(POLICY, 'utf8') });
  const { body } = await stage.http('POST', 'auth/token/create', { policies: ['metrics'] });
  return (body as { auth: { client_token: string } }).auth.client_token;
}

/** The configuration of the examples, for this server and token, and without the half minutes between two looks. */
async function configuration(server: string, tokenFile: string): Promise<string> {
  const { protocol, host } = new URL(server);
  const changes: readonly (readonly [string, string])[] = [
    ['vault-1.example.com:8200', host],
    ['scheme: https', `scheme: ${protocol.replace(':', '')}`],
    ['/etc/prometheus/keymgmt-token', tokenFile],
    ['scrape_interval: 30s', 'scrape_interval: 1s'],
    ['evaluation_interval: 30s', 'evaluation_interval: 1s'],
  ];
  const example = await readFile(join(MONITORING, 'prometheus.yml'), 'utf8');
  return changes.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, example);
}
