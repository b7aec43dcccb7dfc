import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/keymgmt/metric-definitions.ts';
import { activeNode, ReplicationState, type SystemView } from '../../src/logical/index.ts';
import { distribute, distributedKey, writeKey, AWS } from '../support/distributed-key.ts';
import type { Engine } from '../support/engine.ts';

/** The text of `metrics`, as the server passes it on. */
async function scrape(engine: Engine): Promise<string> {
  const data = await engine.read('metrics');
  expect(data).toMatchObject({ http_status_code: 200, http_content_type: 'text/plain; version=0.0.4; charset=utf-8' });
  return Buffer.from(data?.['http_raw_body'] as string, 'base64').toString();
}

/** The value of one line, by its name and labels as they are shown. */
async function valueOf(engine: Engine, series: string): Promise<number | undefined> {
  const line = (await scrape(engine)).split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

const standby: SystemView = {
  ...activeNode,
  replicationState: async () => ReplicationState.performanceStandby | ReplicationState.drDisabled,
};

describe('metrics', () => {
  it('has a head for every metric that is defined, and no other, in their order', async () => {
    const { engine } = await distributedKey();
    const heads = [...(await scrape(engine)).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
    expect(heads).toEqual(Object.entries(METRICS).map(([name, { type }]) => [name, type]));
  });

  it('has on every line the labels that are defined', async () => {
    const { engine, cloud } = await distributedKey();
    await engine.tick(false);
    await engine.tick(false);
    cloud.fault = () => ({ when: 'before', reason: 'forbidden' });
    await engine.errorOf(engine.write('key/k/rotate'));
    await engine.read('kms/aws/key/k/status');
    const seen = new Map<string, Set<string>>();
    for (const [, name = '', labels = ''] of (await scrape(engine)).matchAll(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm)) {
      const family = Object.keys(METRICS).find((each) => name === each || name.startsWith(`${each}_`)) ?? name;
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le');
      seen.set(family, (seen.get(family) ?? new Set()).add(names.join()));
    }
    for (const [name, shown] of seen) {
      expect([...shown], name).toEqual([METRICS[name as keyof typeof METRICS].labels.join()]);
    }
    expect([...seen.keys()]).toContain('keymgmt_cloud_call_duration_seconds');
  });

  it('counts keys once after a start, and follows what is created and deleted since', async () => {
    const { engine, start } = await distributedKey();
    await writeKey(engine, { key: 'other' });
    await engine.write('key/pair', { type: 'rsa-2048' });
    const next = await start();
    expect(await scrape(next)).not.toMatch(/^keymgmt_keys\{/m);
    // The scan of distributions goes first.
    await next.tick(false);
    await next.tick(false);
    expect(await valueOf(next, 'keymgmt_keys{type="aes256-gcm96"}')).toBe(2);
    expect(await valueOf(next, 'keymgmt_keys{type="rsa-2048"}')).toBe(1);
    await writeKey(next, { key: 'third', fields: { deletion_allowed: true } });
    expect(await valueOf(next, 'keymgmt_keys{type="aes256-gcm96"}')).toBe(3);
    await next.request('delete', 'key/third');
    expect(await valueOf(next, 'keymgmt_keys{type="aes256-gcm96"}')).toBe(2);
  });

  it('counts distributions by provider and state, and follows distribution and removal', async () => {
    const { cloud, start } = await distributedKey();
    const next = await start();
    await next.tick(false);
    const active = 'keymgmt_distributions{provider="awskms",state="active"}';
    const removing = 'keymgmt_distributions{provider="awskms",state="removing"}';
    expect(await valueOf(next, active)).toBe(1);
    await writeKey(next, { key: 'second' });
    await distribute(next, 'second');
    expect(await valueOf(next, active)).toBe(2);
    cloud.fault = (action) => (action === 'remove' ? { when: 'before', reason: 'forbidden' } : undefined);
    await next.errorOf(next.request('delete', 'kms/aws/key/second'));
    expect([await valueOf(next, active), await valueOf(next, removing)]).toEqual([1, 1]);
    expect(await valueOf(next, 'keymgmt_pending_distributions')).toBe(1);
    cloud.fault = () => undefined;
    await next.request('delete', 'kms/aws/key/second');
    expect([await valueOf(next, active), await valueOf(next, removing)]).toEqual([1, 0]);
    expect(await valueOf(next, 'keymgmt_pending_distributions')).toBe(0);
    await next.write('kms/aws/key/k/force-remove');
    expect(await valueOf(next, active)).toBe(0);
  });

  it('tells the age of pending work by the clock, and that an attempt has failed', async () => {
    const { engine, cloud, clock } = await distributedKey();
    cloud.fault = (action) => (action === 'create' ? { when: 'before', reason: 'forbidden' } : undefined);
    await engine.errorOf(engine.write('key/k/rotate'));
    clock.advance(3_600_000);
    await engine.tick(false);
    expect(await valueOf(engine, 'keymgmt_pending_oldest_age_seconds')).toBe(3600);
    expect(await valueOf(engine, 'keymgmt_pending_failed_distributions')).toBe(1);
  });

  it('counts calls by outcome, and KMS that do not answer until they do again', async () => {
    const { engine, cloud } = await distributedKey();
    const calls = 'keymgmt_cloud_call_duration_seconds_count{provider="awskms",action="create",outcome=';
    expect(await valueOf(engine, `${calls}"ok"}`)).toBe(1);
    cloud.fault = () => ({ when: 'before', reason: 'unavailable' });
    await engine.errorOf(engine.write('key/k/rotate'));
    expect(await valueOf(engine, `${calls}"unavailable"}`)).toBe(1);
    expect(await valueOf(engine, 'keymgmt_kms_unreachable{provider="awskms"}')).toBe(1);
    cloud.fault = () => undefined;
    await engine.tick(true);
    expect(await valueOf(engine, 'keymgmt_kms_unreachable{provider="awskms"}')).toBeUndefined();
  });

  it('shows drift as it was last seen, until it is repaired', async () => {
    const { engine, cloud } = await distributedKey();
    for (const object of cloud.objects.values()) object.state = 'disabled';
    await engine.read('kms/aws/key/k/status');
    expect(await valueOf(engine, 'keymgmt_drifted_distributions{verdict="disabled"}')).toBe(1);
    await engine.write('kms/aws/key/k/sync');
    expect(await scrape(engine)).not.toMatch(/^keymgmt_drifted_distributions\{/m);
    expect(await valueOf(engine, 'keymgmt_drift_checks_total{verdict="disabled"}')).toBe(1);
  });

  it('counts the reads that the cache answers', async () => {
    const { engine } = await distributedKey();
    await engine.read('key/k');
    const before = (await valueOf(engine, 'keymgmt_cache_reads_total{result="hit"}')) ?? 0;
    await engine.read('key/k');
    expect(await valueOf(engine, 'keymgmt_cache_reads_total{result="hit"}')).toBeGreaterThan(before);
    expect(await valueOf(engine, 'keymgmt_cache_bytes')).toBeGreaterThan(0);
  });

  it('shows the restore guard', async () => {
    const { engine } = await distributedKey();
    expect(await valueOf(engine, 'keymgmt_restore_guard_engaged')).toBe(0);
    await engine.write('restore-guard', { engaged: true });
    expect(await valueOf(engine, 'keymgmt_restore_guard_engaged')).toBe(1);
  });

  it('reads two records, however many keys there are, and asks no cloud', async () => {
    let reads = 0;
    const { start, cloud, storage } = await distributedKey();
    const engine = await start({
      storage: { ...storage, get: (key) => ((reads += 1), storage.get(key)), list: async () => expect.fail('a list') },
    });
    const calls = cloud.calls.length;
    reads = 0;
    await scrape(engine);
    // The guard's state and its heartbeat.
    expect(reads).toBe(2);
    expect(cloud.calls).toHaveLength(calls);
  });

  it('says on a node that may only read that it is not active, and counts nothing there', async () => {
    const { start } = await distributedKey();
    const engine = await start({ system: standby });
    await engine.tick(false);
    expect(await valueOf(engine, 'keymgmt_active')).toBe(0);
    expect(await valueOf(engine, 'keymgmt_restore_guard_engaged')).toBe(0);
    expect(await scrape(engine)).not.toMatch(/^keymgmt_(keys|pending|distributions|orphans)/m);
  });

  it('holds no name of a key or a KMS', async () => {
    const names = { key: 'zebra-payments', kms: 'giraffe-account' };
    const { engine, cloud } = await distributedKey();
    await writeKey(engine, { key: names.key });
    await engine.write(`kms/${names.kms}`, AWS);
    await distribute(engine, names.key, names.kms);
    cloud.fault = () => ({ when: 'before', reason: 'timeout' });
    await engine.errorOf(engine.write(`key/${names.key}/rotate`));
    await engine.read(`kms/${names.kms}/key/${names.key}/status`);
    await engine.tick(false);
    await engine.tick(false);
    const text = await scrape(engine);
    expect(text).toContain('outcome="timeout"');
    for (const name of Object.values(names)) expect(text).not.toContain(name);
  });
});

describe('a key of the name of a path', () => {
  it.each(['metrics', 'info', 'status'])('is a key: %s', async (name) => {
    const { engine } = await distributedKey();
    await writeKey(engine, { key: name });
    expect(await engine.read(`key/${name}`)).toMatchObject({ latest_version: 1 });
    await distribute(engine, name);
    expect(await engine.read(`kms/aws/key/${name}`)).toMatchObject({ purpose: 'decrypt,encrypt' });
  });
});
