import { counter, histogram, type Counter, type Histogram } from '../support/metrics.ts';
import type { Clock } from '../support/clock.ts';
import { distributionName, type DistributionRef } from './records/distribution-store.ts';
import { tally, type Tally } from './tally.ts';
import type { CloudCall } from './watched-client.ts';

/** What a mount has seen and done since its process started; for `metrics` and `status`. Nothing here is stored. */
export interface Figures {
  /** Seconds by provider, action and outcome. */
  readonly cloudCalls: Histogram;
  /** By provider and reason. */
  readonly retries: Counter;
  /** By verdict. */
  readonly driftChecks: Counter;
  /** By key type. */
  readonly keys: Tally;
  /** By {@link distributionClass}. */
  readonly distributions: Tally;
  /** Kind of driver by KMS; undefined where its record cannot be read. Complete after the first periodic run. */
  readonly providers: Map<string, string | undefined>;
  /** Number of possible orphans by KMS, as of the last periodic run. */
  readonly orphans: Map<string, number>;
  /** KMS that did not answer the last time, or whose credentials did not work. */
  readonly unreachable: Map<string, Unreachable>;
  readonly drift: DriftLog;
  readonly periodic: PeriodicFigures;
  /** Takes note of a call on the cloud of a KMS. */
  cloudCall(kms: string, provider: string, call: CloudCall): void;
  /** The KMS is not there any more. */
  forgetKms(kms: string): void;
}

/** A KMS that cannot be used. Times are milliseconds since the Unix epoch. */
export interface Unreachable {
  /** When it was found first. */
  readonly since: number;
  readonly reason: string;
  /** The words of the last error. */
  readonly why: string;
}

/** What was seen last of the distributions that differ from their desired state. */
export interface DriftLog {
  /** @returns whether it is another verdict than the last one */
  saw(ref: DistributionRef, verdict: string): boolean;
  forget(ref: DistributionRef): void;
  /** Number of distributions by verdict, of those that are not in sync. */
  counts(): ReadonlyMap<string, number>;
  list(): readonly { readonly ref: DistributionRef; readonly verdict: string; readonly at: number }[];
  /** Milliseconds since the Unix epoch; undefined before the first look. */
  lastCheck(): number | undefined;
}

/** The periodic work. Times are milliseconds since the Unix epoch, undefined before the first time. */
export interface PeriodicFigures {
  lastRun: number | undefined;
  lastSuccess: number | undefined;
  /** Why the last run failed; undefined after one that did not. */
  lastError: string | undefined;
  /** Distributions that the present scan has looked at, or all after it. */
  scanned: number;
  /** When the last scan of all distributions ended. */
  scanEnded: number | undefined;
  /** When providers and orphans were counted. */
  stockTaken: number | undefined;
}

/** Upper bounds in seconds: a call of a cloud takes tens of milliseconds, with retries up to a minute. */
const CALL_SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Outcomes after which a KMS counts as unreachable, and those that say nothing of that. */
const UNREACHABLE: ReadonlySet<string> = new Set(['unreachable', 'unavailable', 'timeout', 'unauthenticated']);
const UNKNOWN: ReadonlySet<string> = new Set(['aborted', 'throttled']);

export function figures(clock: Clock): Figures {
  const cloudCalls = histogram(CALL_SECONDS);
  const unreachable = new Map<string, Unreachable>();
  const providers = new Map<string, string | undefined>();
  const orphans = new Map<string, number>();
  const driftChecks = counter();
  return {
    cloudCalls,
    retries: counter(),
    driftChecks,
    keys: tally(clock),
    distributions: tally(clock),
    providers,
    orphans,
    unreachable,
    drift: driftLog(clock, driftChecks),
    periodic: {
      lastRun: undefined,
      lastSuccess: undefined,
      lastError: undefined,
      scanned: 0,
      scanEnded: undefined,
      stockTaken: undefined,
    },
    cloudCall(kms, provider, { action, outcome, why, seconds }) {
      cloudCalls.observe({ provider, action, outcome }, seconds);
      if (UNREACHABLE.has(outcome)) {
        const since = unreachable.get(kms)?.since ?? clock.now();
        unreachable.set(kms, { since, reason: outcome, why: why ?? '' });
      } else if (!UNKNOWN.has(outcome)) unreachable.delete(kms);
    },
    forgetKms(kms) {
      for (const each of [providers, orphans, unreachable]) each.delete(kms);
    },
  };
}

/** More than these are not kept, so that a sweep over a mount that is all wrong does not fill the memory. */
const MOST_DRIFTED = 10_000;

function driftLog(clock: Clock, checks: Counter): DriftLog {
  const drifted = new Map<string, { readonly ref: DistributionRef; readonly verdict: string; readonly at: number }>();
  let last: number | undefined;
  return {
    saw(ref, verdict) {
      last = clock.now();
      checks.add({ verdict });
      const name = distributionName(ref);
      const former = drifted.get(name)?.verdict ?? 'in_sync';
      drifted.delete(name);
      if (verdict !== 'in_sync' && drifted.size < MOST_DRIFTED) drifted.set(name, { ref, verdict, at: last });
      return verdict !== former;
    },
    forget(ref) {
      drifted.delete(distributionName(ref));
    },
    counts() {
      const byVerdict = new Map<string, number>();
      for (const { verdict } of drifted.values()) byVerdict.set(verdict, (byVerdict.get(verdict) ?? 0) + 1);
      return byVerdict;
    },
    list: () => [...drifted.values()],
    lastCheck: () => last,
  };
}

/** Takes note that the record of a distribution was written or deleted; undefined: there is none. */
export function countDistribution(
  { figures: counted }: { readonly figures: Figures },
  ref: DistributionRef,
  from: Counted | undefined,
  to: Counted | undefined,
): void {
  const classOf = (record: Counted | undefined): string | undefined => record && distributionClass(ref.kms, record);
  counted.distributions.changed(distributionName(ref), classOf(from), classOf(to));
  if (to === undefined) counted.drift.forget(ref);
}

type Counted = { readonly removing: boolean } | 'unreadable';

/** What a distribution is counted as: KMS and state. */
export function distributionClass(kms: string, record: Counted): string {
  return `${kms}/${record === 'unreadable' ? record : record.removing ? 'removing' : 'active'}`;
}
