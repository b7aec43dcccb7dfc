import type { BackendContext } from '../../logical/index.ts';
import { rfc3339, type Clock } from '../../support/clock.ts';
import { keyedMutex } from '../../support/keyed-mutex.ts';
import type { Logger } from '../../support/logger.ts';
import type { EngineEvents } from '../events.ts';
import type { DistributionStore } from '../records/distribution-store.ts';
import { guardStores, type Finding, type GuardState } from '../records/guard.ts';

/** How often the active node writes its heartbeat. */
const HEARTBEAT_MS = 10 * 60_000;
/** A heartbeat that is older than this when a process starts engages the guard. */
const STALE_MS = 60 * 60_000;
const MAX_FINDINGS = 100;
const MAX_REASONS = 20;
const MAX_ACKNOWLEDGED = 1000;

/**
 * Keeps a mount whose storage may be older than the cloud from changing the cloud: after a restore of a snapshot, in a
 * clone of a server, after a fail-over to another site. Engaged by a heartbeat that is too old, by a name that points to
 * an object which stands in no record, or by hand; released by hand only.
 *
 * While it is engaged no background work changes a cloud, and a change of a distribution whose name is ahead of storage
 * needs `force`.
 */
export interface RestoreGuard {
  /** The state as stored, and the time of the last heartbeat (RFC 3339). Writes nothing. */
  read(context: BackendContext): Promise<{ state: GuardState; heartbeat: string | undefined }>;
  /** Judges the heartbeat, the first time in a process. @returns whether the guard is engaged */
  isEngaged(context: BackendContext): Promise<boolean>;
  engage(context: BackendContext, reason: string, finding?: Finding): Promise<void>;
  /** A person has looked, and what storage says is right: a new epoch begins. */
  acknowledge(context: BackendContext): Promise<void>;
  /** Writes the heartbeat when it is due and anything is distributed. */
  beat(context: BackendContext): Promise<void>;
  /** Whether a person has acknowledged that a name points to this object. */
  isAcknowledged(context: BackendContext, remoteId: string): Promise<boolean>;
  /** The present epoch; undefined before the first acknowledgement. */
  epoch(context: BackendContext): Promise<string | undefined>;
}

export interface RestoreGuardOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EngineEvents;
  readonly newEpoch: () => string;
  readonly distributions: DistributionStore;
}

const STATE = 'state';
const HEARTBEAT = 'heartbeat';
const RELEASED: GuardState = {
  schema: 1,
  engaged: false,
  reasons: [],
  since: '',
  findings: [],
  acknowledged: [],
};

/** Makes the guard of one mount. */
export function restoreGuard({ clock, logger, events, newEpoch, distributions }: RestoreGuardOptions): RestoreGuard {
  const { states, heartbeats } = guardStores();
  const lock = keyedMutex();
  let judged = false;
  let nextBeat = -Infinity;
  let epoch: { readonly id: string | undefined } | undefined;

  const stored = async ({ storage, signal }: BackendContext): Promise<GuardState> =>
    (await states.get(storage, STATE, signal)) ?? RELEASED;

  /** Does not end when the client leaves: what was found must not be lost with the request that found it. */
  const change = (
    context: BackendContext,
    next: (state: GuardState) => GuardState,
  ): Promise<{ readonly before: GuardState; readonly after: GuardState }> =>
    lock.run(STATE, async () => {
      const before = await stored(context);
      const after = next(before);
      if (after !== before) await states.put(context.storage, STATE, after);
      epoch = { id: after.epoch };
      return { before, after };
    });

  const engage: RestoreGuard['engage'] = async (context, reason, finding) => {
    const { before, after } = await change(context, (state) => {
      const isKnown = state.findings.some(({ remote_id }) => remote_id === finding?.remote_id);
      const isNoted = finding === undefined ? state.reasons.includes(reason) : isKnown;
      const isFull =
        finding === undefined ? state.reasons.length >= MAX_REASONS : state.findings.length >= MAX_FINDINGS;
      if (state.engaged && (isNoted || isFull)) return state;
      logger.warn('the restore guard is engaged: background work changes no cloud until it is released', { reason });
      return {
        ...state,
        engaged: true,
        since: state.engaged ? state.since : rfc3339(clock.now()),
        reasons: [...state.reasons, reason].slice(0, MAX_REASONS),
        findings: finding && !isKnown ? [...state.findings, finding].slice(0, MAX_FINDINGS) : state.findings,
      };
    });
    if (after.engaged && !before.engaged) events.send('restore-guard', { engaged: true });
  };

  const isAnythingDistributed = async ({ storage, signal }: BackendContext): Promise<boolean> =>
    (await distributions.list(storage, '', signal)).length > 0;

  const judge = async (context: BackendContext): Promise<void> => {
    if (judged) return;
    const heartbeat = await heartbeats.get(context.storage, HEARTBEAT, context.signal);
    const age = heartbeat === undefined ? 0 : clock.now() - Date.parse(heartbeat.at);
    // One from the future says that a clock is wrong, and nothing of its age.
    if (heartbeat !== undefined && !(Math.abs(age) <= STALE_MS) && (await isAnythingDistributed(context))) {
      const described = age > 0 ? `${Math.round(age / 60_000)} minutes old` : 'in the future';
      await engage(
        context,
        `the last heartbeat in storage (${heartbeat.at}) is ${described}: storage may have been restored from a ` +
          'snapshot or copied, or the server was down',
      );
    }
    judged = true;
  };

  return {
    async read(context) {
      const heartbeat = await heartbeats.get(context.storage, HEARTBEAT, context.signal);
      return { state: await stored(context), heartbeat: heartbeat?.at };
    },
    async isEngaged(context) {
      await judge(context);
      return (await stored(context)).engaged;
    },
    engage,
    async acknowledge(context) {
      // What the last process left is judged by the person who says that all is well.
      judged = true;
      await change(context, (state) => ({
        ...state,
        engaged: false,
        since: rfc3339(clock.now()),
        reasons: [],
        epoch: newEpoch(),
        findings: [],
        acknowledged: [...state.acknowledged, ...state.findings.map(({ remote_id }) => remote_id)].slice(
          -MAX_ACKNOWLEDGED,
        ),
      }));
      events.send('restore-guard', { engaged: false });
      logger.warn('the restore guard is released', { epoch: epoch?.id });
    },
    async beat(context) {
      const now = clock.monotonic();
      if (now < nextBeat) return;
      // Never before the last one was judged.
      await judge(context);
      const { storage, signal } = context;
      if (await isAnythingDistributed(context)) {
        await heartbeats.put(storage, HEARTBEAT, { schema: 1, at: rfc3339(clock.now()) }, signal);
      } else if ((await heartbeats.get(storage, HEARTBEAT, signal)) !== undefined) {
        // It would be taken for an old one when something is distributed again.
        await heartbeats.delete(storage, HEARTBEAT, signal);
      }
      nextBeat = now + HEARTBEAT_MS;
    },
    isAcknowledged: async (context, remoteId) => (await stored(context)).acknowledged.includes(remoteId),
    async epoch(context) {
      epoch ??= { id: (await stored(context)).epoch };
      return epoch.id;
    },
  };
}
