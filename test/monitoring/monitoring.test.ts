import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../dev/servers/run-command.ts';
import { METRICS } from '../../src/keymgmt/metric-definitions.ts';
import { processFigures } from '../../src/support/process-figures.ts';
import { counter, exposition } from '../../src/support/metrics.ts';
import { distributedKey } from '../support/distributed-key.ts';
import { prometheusTool } from '../support/prometheus.ts';
import { dashboardExpressions, MONITORING } from './examples.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const tool = await prometheusTool('promtool');
const why = 'missing' in tool ? `: ${tool.missing}` : '';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'monitoring-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** What promtool complains about; empty where it is content. */
async function complaint(args: readonly string[], cwd = MONITORING): Promise<string> {
  if ('missing' in tool) throw new Error(tool.missing);
  const { code, stdout, stderr } = await runCommand(tool.path, args, { cwd });
  return code === 0 ? '' : stdout + stderr;
}

async function complaintOfMetrics(text: string): Promise<string> {
  const file = join(scratch, 'metrics.txt');
  await writeFile(file, text);
  if ('missing' in tool) throw new Error(tool.missing);
  const { code, stdout, stderr } = await runCommand('/bin/sh', [
    '-c',
    `"$1" check metrics < "$2"`,
    'sh',
    tool.path,
    file,
  ]);
  return code === 0 ? '' : stdout + stderr;
}

describe.skipIf('missing' in tool)(`promtool${why}`, () => {
  it('takes the alert rules, and every alert fires where it should and only there', async () => {
    expect(await complaint(['check', 'rules', 'alerts.yml'])).toBe('');
    expect(await complaint(['test', 'rules', 'alerts-test.yml'])).toBe('');
  });

  it('takes the metrics of a mount that has seen calls, failures and drift', async () => {
    const { engine, cloud } = await distributedKey();
    await engine.tick(false);
    await engine.tick(false);
    cloud.fault = () => ({ when: 'before', reason: 'timeout' });
    await engine.errorOf(engine.write('key/k/rotate'));
    await engine.read('kms/aws/key/k/status');
    const raw = (await engine.read('metrics'))?.['http_raw_body'] as string;
    const text = Buffer.from(raw, 'base64').toString();
    expect(text).toContain('outcome="timeout"');
    expect(await complaintOfMetrics(text)).toBe('');
    expect(processFigures()().residentMemory).toBeGreaterThan(1e6);
  });

  it('takes any text in a label and in a help', async () => {
    const odd = counter();
    odd.add({ label: 'a "quoted" \\ back\nslash{}' });
    const help = 'Two lines\nand a \\.';
    expect(
      await complaintOfMetrics(exposition([{ name: 'odd_total', type: 'counter', help, samples: odd.samples() }])),
    ).toBe('');
  });

  it('parses every expression of the dashboard', async () => {
    const expressions = await dashboardExpressions();
    expect(expressions.length).toBeGreaterThan(15);
    const rules = expressions.map((expr, index) => ({ record: `panel:${index}`, expr }));
    // JSON is YAML.
    await writeFile(join(scratch, 'rules.yml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(await complaint(['check', 'rules', 'rules.yml'], scratch)).toBe('');
  });
});

it('names in dashboard and alerts only metrics that exist', async () => {
  const text = [...(await dashboardExpressions()), await readFile(join(MONITORING, 'alerts.yml'), 'utf8')].join('\n');
  const named = [...text.matchAll(/\b(?:keymgmt|process|nodejs)_\w+/g)].map(([name]) =>
    name.replace(/_(bucket|count|sum)$/, ''),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !(name in METRICS))).toEqual([]);
});

it('has for every alert a test of it, and an entry in docs/operations.md that its runbook_url leads to', async () => {
  const rules = await readFile(join(MONITORING, 'alerts.yml'), 'utf8');
  const tests = await readFile(join(MONITORING, 'alerts-test.yml'), 'utf8');
  const page = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');
  const alerts = [...rules.matchAll(/- alert: (\w+)[^]*?runbook_url: docs\/operations\.md#(\w+)/g)];
  expect(alerts.length).toBe([...rules.matchAll(/- alert:/g)].length);
  for (const [, name = '', anchor] of alerts) {
    expect(anchor).toBe(name.toLowerCase());
    expect(page).toContain(`\n### ${name}\n`);
    expect(tests).toContain(`alertname: ${name}, exp_alerts: []`);
    expect(tests).toContain(`{alertname="${name}"}`);
  }
});
