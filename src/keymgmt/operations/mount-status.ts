import { isWritable, type BackendContext, type JsonObject } from '../../logical/index.ts';
import { rfc3339 } from '../../support/clock.ts';
import { UNKNOWN_BUILD } from '../build-info.ts';
import type { Mount } from '../mount.ts';
import { providerOf, sumBy } from './collect-metrics.ts';

/** So many of each list are shown; the counts say how many there are. */
const MOST_LISTED = 20;

/**
 * The state of a mount on one page, as far as it is known without asking a cloud. What only the active node knows is
 * `null` on a node that may only read. Reads the two records of the restore guard.
 */
export async function mountStatus(mount: Mount, context: BackendContext): Promise<JsonObject> {
  const isActive = await isWritable(context.system, context.signal);
  const { build = UNKNOWN_BUILD } = mount;
  return {
    node: isActive ? 'active' : 'standby',
    server_version: await context.system.serverVersion(context.signal),
    version: build.version,
    restore_guard: await guardStatus(mount, context),
    kms: { ...(isActive ? kmsCounts(mount) : NO_COUNTS), ...unreachableKms(mount) },
    keys: isActive ? countOf(mount.figures.keys.counts()?.byClass) : null,
    distributions: isActive ? distributionCounts(mount) : null,
    pending: isActive ? pendingWork(mount) : null,
    possible_orphans: isActive ? orphanCounts(mount) : null,
    periodic: isActive ? periodicWork(mount) : null,
    drift: lastSeenDrift(mount),
  };
}

async function guardStatus(mount: Mount, context: BackendContext): Promise<JsonObject> {
  const { state, heartbeat } = await mount.guard.read(context);
  const { engaged, since, reasons, findings } = state;
  return { engaged, since, reasons, findings: findings.length, last_heartbeat: heartbeat ?? '' };
}

const NO_COUNTS = { total: null, by_provider: null } as const;

function kmsCounts(mount: Mount): JsonObject {
  const { providers, periodic } = mount.figures;
  if (periodic.stockTaken === undefined) return NO_COUNTS;
  const names = [...providers.keys()];
  return { total: names.length, by_provider: Object.fromEntries(sumBy(names, (kms) => [providerOf(mount, kms), 1])) };
}

function unreachableKms({ figures }: Mount): JsonObject {
  const listed = [...figures.unreachable].slice(0, MOST_LISTED);
  return {
    unreachable_count: figures.unreachable.size,
    unreachable: Object.fromEntries(
      listed.map(([kms, { since, reason, why }]) => [kms, { since: rfc3339(since), reason, why }]),
    ),
  };
}

/** Undefined counts are not known yet: the first count after a start has not ended. */
function countOf(byClass: ReadonlyMap<string, number> | undefined): JsonObject | null {
  if (!byClass) return null;
  const present = [...byClass].filter(([, count]) => count > 0);
  return { total: present.reduce((sum, [, count]) => sum + count, 0), by_type: Object.fromEntries(present) };
}

function distributionCounts({ figures }: Mount): JsonObject | null {
  const counts = figures.distributions.counts();
  if (!counts) return null;
  const byState = sumBy([...counts.byClass], ([name, count]) => [name.slice(name.indexOf('/') + 1), count]);
  return {
    total: [...byState.values()].reduce((sum, count) => sum + count, 0),
    by_state: Object.fromEntries([...byState].filter(([, count]) => count > 0)),
  };
}

function pendingWork({ workQueue }: Mount): JsonObject {
  const all = [...workQueue.pending()].sort((one, other) => other.ageMs - one.ageMs);
  return {
    count: all.length,
    oldest_age_seconds: seconds(all[0]?.ageMs ?? 0),
    next_retry_seconds: all.length === 0 ? null : seconds(Math.min(...all.map(({ untilNextMs }) => untilNextMs))),
    distributions: all.slice(0, MOST_LISTED).map(({ ref, ageMs, untilNextMs, failures, lastError = '' }) => ({
      kms: ref.kms,
      key: ref.key,
      age_seconds: seconds(ageMs),
      next_retry_seconds: seconds(untilNextMs),
      failures,
      last_error: lastError,
    })),
  };
}

function orphanCounts({ figures }: Mount): JsonObject | null {
  if (figures.periodic.stockTaken === undefined) return null;
  const all = [...figures.orphans];
  return {
    total: all.reduce((sum, [, count]) => sum + count, 0),
    by_kms: Object.fromEntries(all.slice(0, MOST_LISTED)),
  };
}

function periodicWork({ figures }: Mount): JsonObject {
  const { lastRun, lastSuccess, lastError = '', scanned, scanEnded } = figures.periodic;
  return {
    last_run: timeOf(lastRun),
    last_success: timeOf(lastSuccess),
    last_error: lastError,
    scan: { distributions: scanned, ended: timeOf(scanEnded) },
  };
}

/** What this node saw when it was asked for a status; a key that nobody asked for is not in it. */
function lastSeenDrift({ figures }: Mount): JsonObject {
  const { drift } = figures;
  return {
    last_check: timeOf(drift.lastCheck()),
    verdicts: Object.fromEntries(drift.counts()),
    distributions: drift
      .list()
      .slice(-MOST_LISTED)
      .map(({ ref, verdict, at }) => ({ kms: ref.kms, key: ref.key, verdict, seen: rfc3339(at) })),
  };
}

const seconds = (milliseconds: number): number => Math.round(milliseconds / 1000);

const timeOf = (at: number | undefined): string => (at === undefined ? '' : rfc3339(at));
