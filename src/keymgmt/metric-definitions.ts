import type { MetricFamily } from '../support/metrics.ts';

/** A metric as data: the page docs/api.md is compared with these. */
export interface MetricDefinition extends Omit<MetricFamily, 'name' | 'samples'> {
  /** Names of its labels, in the order in which they are shown. */
  readonly labels: readonly string[];
}

const STOCK = 'as of the last periodic run, at most about a minute ago';
const SINCE_START = 'since the plugin started';

/**
 * The metrics of a mount by name. No label ever holds the name of a key or a KMS. Those marked "active node" have no
 * samples on a node that may only read, which does no periodic work.
 */
export const METRICS = {
  keymgmt_build_info: {
    type: 'gauge',
    labels: ['version', 'commit', 'node'],
    help: 'Always 1: version and commit of the plugin, and version of Node.js.',
  },
  keymgmt_active: {
    type: 'gauge',
    labels: [],
    help: 'Whether this node may write (1), and so does the periodic work, or only reads (0).',
  },
  keymgmt_keys: {
    type: 'gauge',
    labels: ['type'],
    help: 'Keys by type. Active node; counted once after the plugin has started, and kept up to date since.',
  },
  keymgmt_kms: {
    type: 'gauge',
    labels: ['provider'],
    help: `KMS providers by kind. Active node; ${STOCK}.`,
  },
  keymgmt_kms_unreachable: {
    type: 'gauge',
    labels: ['provider'],
    help: 'KMS providers whose last call was not answered, or whose credentials did not work. As seen by this node.',
  },
  keymgmt_distributions: {
    type: 'gauge',
    labels: ['provider', 'state'],
    help:
      'Distributed keys by provider and state (active, removing, unreadable). Active node; counted by the first scan ' +
      'after the plugin has started, and kept up to date since.',
  },
  keymgmt_count_age_seconds: {
    type: 'gauge',
    labels: ['count'],
    help: 'How long ago keys, distributions and stock (KMS providers, orphans) were counted from storage. Active node.',
  },
  keymgmt_pending_distributions: {
    type: 'gauge',
    labels: [],
    help: 'Distributions that the KMS may not match yet: the engine is at work on them, or tries again. Active node.',
  },
  keymgmt_pending_failed_distributions: {
    type: 'gauge',
    labels: [],
    help: 'Pending distributions of which an automatic attempt has failed. Active node.',
  },
  keymgmt_pending_oldest_age_seconds: {
    type: 'gauge',
    labels: [],
    help: 'How long this process has known of the oldest pending distribution; 0 if there is none. Active node.',
  },
  keymgmt_orphans: {
    type: 'gauge',
    labels: ['provider'],
    help: `Objects that may exist in the KMS although no key owns them. Active node; ${STOCK}.`,
  },
  keymgmt_drifted_distributions: {
    type: 'gauge',
    labels: ['verdict'],
    help: 'Distributions that differed from their desired state when this node last asked for their status, by verdict.',
  },
  keymgmt_drift_checks_total: {
    type: 'counter',
    labels: ['verdict'],
    help: `Distributions whose status was asked for, by verdict, ${SINCE_START}.`,
  },
  keymgmt_drift_last_check_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the status of a distribution was last asked for on this node; absent before the first time.',
  },
  keymgmt_restore_guard_engaged: {
    type: 'gauge',
    labels: [],
    help: 'Whether the restore guard is engaged (1): no background work changes a KMS then. Read from storage now.',
  },
  keymgmt_periodic_last_run_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the periodic work last began. Active node; absent before the first time.',
  },
  keymgmt_periodic_last_success_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the periodic work last ended without an error. Active node; absent before the first time.',
  },
  keymgmt_cloud_call_duration_seconds: {
    type: 'histogram',
    labels: ['provider', 'action', 'outcome'],
    help: `Calls on a KMS, retries included, ${SINCE_START}.`,
  },
  keymgmt_cloud_retries_total: {
    type: 'counter',
    labels: ['provider', 'reason'],
    help: `Requests to a KMS that were sent again, by the reason of the failure, ${SINCE_START}.`,
  },
  keymgmt_cache_reads_total: {
    type: 'counter',
    labels: ['result'],
    help: `Reads of keys and distributions that the cache of this node answered (hit) or not (miss), ${SINCE_START}.`,
  },
  keymgmt_cache_evictions_total: {
    type: 'counter',
    labels: [],
    help: `Entries that left the cache of this node to make room, ${SINCE_START}.`,
  },
  keymgmt_cache_entries: { type: 'gauge', labels: [], help: 'Entries in the cache of this node.' },
  keymgmt_cache_bytes: { type: 'gauge', labels: [], help: 'Estimated size of the cache of this node.' },
  process_resident_memory_bytes: {
    type: 'gauge',
    labels: [],
    help: 'Resident memory of the plugin process, which may serve several mounts.',
  },
  nodejs_heap_size_used_bytes: { type: 'gauge', labels: [], help: 'JavaScript heap in use.' },
  process_cpu_seconds_total: { type: 'counter', labels: [], help: 'User and system time of the plugin process.' },
  process_start_time_seconds: { type: 'gauge', labels: [], help: 'When the plugin process started, Unix time.' },
  nodejs_eventloop_lag_mean_seconds: {
    type: 'gauge',
    labels: [],
    help: 'Mean delay of the event loop since the metrics of the process were last read; 0 the first time.',
  },
  nodejs_eventloop_lag_max_seconds: {
    type: 'gauge',
    labels: [],
    help: 'Longest delay of the event loop since the metrics of the process were last read; 0 the first time.',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
