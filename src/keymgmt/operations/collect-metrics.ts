import { isWritable, type BackendContext } from '../../logical/index.ts';
import type { MetricFamily, Sample } from '../../support/metrics.ts';
import { UNKNOWN_BUILD } from '../build-info.ts';
import { METRICS, type MetricName } from '../metric-definitions.ts';
import type { Mount } from '../mount.ts';
import type { Counts } from '../tally.ts';

/**
 * Collects the metrics of a mount. Reads the two records of the restore guard; all else is in memory, so that the cost
 * does not grow with the number of keys.
 */
export async function collectMetrics(mount: Mount, context: BackendContext): Promise<readonly MetricFamily[]> {
  const isActive = await isWritable(context.system, context.signal);
  const { state } = await mount.guard.read(context);
  const samples: Record<MetricName, readonly Sample[]> = {
    ...ofProcess(mount),
    ...ofMount(mount),
    ...(isActive ? ofActiveNode(mount) : NOT_ACTIVE),
    keymgmt_active: value(isActive ? 1 : 0),
    keymgmt_restore_guard_engaged: value(state.engaged ? 1 : 0),
  };
  return Object.entries(METRICS).map(([name, { type, help }]) => ({
    ...{ name, type, help },
    samples: samples[name as MetricName],
  }));
}

const ofProcess = ({ build = UNKNOWN_BUILD, processFigures }: Mount) => {
  const figures = processFigures?.();
  return {
    keymgmt_build_info: [
      { labels: { version: build.version, commit: build.commit, node: process.versions.node }, value: 1 },
    ],
    process_resident_memory_bytes: value(figures?.residentMemory),
    nodejs_heap_size_used_bytes: value(figures?.heapUsed),
    process_cpu_seconds_total: value(figures?.cpuSeconds),
    process_start_time_seconds: value(figures?.startedAt),
    nodejs_eventloop_lag_mean_seconds: value(figures?.eventLoopLag.mean),
    nodejs_eventloop_lag_max_seconds: value(figures?.eventLoopLag.max),
  };
};

const ofMount = (mount: Mount) => {
  const { drift, driftChecks, cloudCalls, retries, unreachable } = mount.figures;
  const { hits, misses, evictions, entries, bytes } = mount.readCache.stats();
  return {
    keymgmt_kms_unreachable: byProvider(mount, [...unreachable.keys()]),
    keymgmt_drifted_distributions: byLabel('verdict', drift.counts()),
    keymgmt_drift_checks_total: driftChecks.samples(),
    keymgmt_drift_last_check_timestamp_seconds: timestamp(drift.lastCheck()),
    keymgmt_cloud_call_duration_seconds: cloudCalls.samples(),
    keymgmt_cloud_retries_total: retries.samples(),
    keymgmt_cache_reads_total: [
      { labels: { result: 'hit' }, value: hits },
      { labels: { result: 'miss' }, value: misses },
    ],
    keymgmt_cache_evictions_total: value(evictions),
    keymgmt_cache_entries: value(entries),
    keymgmt_cache_bytes: value(bytes),
  };
};

const ofActiveNode = (mount: Mount) => {
  const { keys, distributions, providers, orphans, periodic } = mount.figures;
  const pending = mount.workQueue.pending();
  const isStockTaken = periodic.stockTaken !== undefined;
  return {
    keymgmt_keys: byLabel('type', keys.counts()?.byClass),
    keymgmt_kms: isStockTaken ? byProvider(mount, [...providers.keys()]) : [],
    keymgmt_distributions: distributionSamples(mount, distributions.counts()),
    keymgmt_count_age_seconds: [
      ...ageOf('keys', keys.counts()?.countedAt, mount.clock.monotonic()),
      ...ageOf('distributions', distributions.counts()?.countedAt, mount.clock.monotonic()),
      ...ageOf('stock', periodic.stockTaken, mount.clock.now()),
    ],
    keymgmt_pending_distributions: value(pending.length),
    keymgmt_pending_failed_distributions: value(pending.filter(({ failures }) => failures > 0).length),
    keymgmt_pending_oldest_age_seconds: value(pending.reduce((most, { ageMs }) => Math.max(most, ageMs), 0) / 1000),
    keymgmt_orphans: isStockTaken ? byProvider(mount, [...orphans.keys()], (kms) => orphans.get(kms) ?? 0) : [],
    keymgmt_periodic_last_run_timestamp_seconds: timestamp(periodic.lastRun),
    keymgmt_periodic_last_success_timestamp_seconds: timestamp(periodic.lastSuccess),
  };
};

/** A node that may only read has counted nothing. */
const NOT_ACTIVE: Readonly<Record<keyof ReturnType<typeof ofActiveNode>, readonly Sample[]>> = {
  keymgmt_keys: [],
  keymgmt_kms: [],
  keymgmt_distributions: [],
  keymgmt_count_age_seconds: [],
  keymgmt_pending_distributions: [],
  keymgmt_pending_failed_distributions: [],
  keymgmt_pending_oldest_age_seconds: [],
  keymgmt_orphans: [],
  keymgmt_periodic_last_run_timestamp_seconds: [],
  keymgmt_periodic_last_success_timestamp_seconds: [],
};

/** A configured provider is one of the drivers'; a record may name another, of a newer release. */
export function providerOf({ figures, drivers }: Mount, kms: string): string {
  const provider = figures.providers.get(kms);
  return provider !== undefined && Object.hasOwn(drivers, provider) ? provider : 'unknown';
}

function distributionSamples(mount: Mount, counts: Counts | undefined): readonly Sample[] {
  const summed = sumBy([...(counts?.byClass ?? [])], ([name, count]) => {
    const [kms = '', state = ''] = name.split('/');
    return [`${providerOf(mount, kms)}/${state}`, count];
  });
  return [...summed].map(([name, count]) => {
    const [provider = '', state = ''] = name.split('/');
    return { labels: { provider, state }, value: count };
  });
}

/** Sums by name. */
export function sumBy<T>(
  items: readonly T[],
  part: (item: T) => readonly [string, number],
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const item of items) {
    const [name, count] = part(item);
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return sums;
}

/** Sums over KMS, by the kind of their provider. */
const byProvider = (
  mount: Mount,
  all: readonly string[],
  count: (kms: string) => number = () => 1,
): readonly Sample[] =>
  byLabel(
    'provider',
    sumBy(all, (kms) => [providerOf(mount, kms), count(kms)]),
  );

const byLabel = (label: string, counts: ReadonlyMap<string, number> = new Map()): readonly Sample[] =>
  [...counts].map(([name, count]) => ({ labels: { [label]: name }, value: count }));

const value = (number: number | undefined): readonly Sample[] => (number === undefined ? [] : [{ value: number }]);

/** @param at - milliseconds since the Unix epoch */
const timestamp = (at: number | undefined): readonly Sample[] => value(at === undefined ? undefined : at / 1000);

const ageOf = (count: string, at: number | undefined, now: number): readonly Sample[] =>
  at === undefined ? [] : [{ labels: { count }, value: Math.max(0, now - at) / 1000 }];
