import { userError, type BackendContext } from '../../logical/index.ts';
import type { ProviderErrorReason } from '../../providers/errors.ts';
import type { Observation, Seen, VersionObservation } from '../../providers/observation.ts';
import { askForName, isUnreachable, refuseAhead } from '../guard/ahead.ts';
import { changeKey, type HeldKey } from '../held-key.ts';
import { IncompleteError } from '../incomplete-error.ts';
import { loadDistribution, type Loaded } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import { asBackendError } from '../provider-failure.ts';
import type { ReconcileStep } from '../reconcile-step.ts';
import { homeName, knownFrom } from '../reconcile/drift.ts';
import { refuseOtherIdentity } from '../reconcile/identity.ts';
import { observe, saysGone } from '../reconcile/observe.ts';
import { assessDrift, logDrift } from './assess-drift.ts';
import { remainingStepsOf } from '../reconcile/plan-input.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { withAllKnown, type Note } from '../reconcile/transitions.ts';
import { distributionName, type DistributionRef } from '../records/distribution-store.ts';
import { remoteIds, type Distribution } from '../records/distribution.ts';

export interface SyncOptions {
  /** Only says what would be done. @default false */
  readonly dryRun?: boolean;
  /** Goes on where the cloud is ahead of storage. @default false */
  readonly force?: boolean;
}

/** What a sync did, or would do. */
export interface SyncResult {
  /** Done, in this order; those of the plan for a dry run. */
  readonly steps: readonly ReconcileStep[];
  /** Versions that the cloud would not speak of, with its words; what they need was tried blindly. */
  readonly unseen: Readonly<Record<string, string>>;
}

/**
 * Asks the cloud how a distribution really is and repairs what differs: material is imported again, versions are
 * enabled or disabled, the name is moved back, a destroyed version is replaced by a new one. With `dryRun`, only says so.
 *
 * Where the credentials do not allow asking, each version is switched to what it should be, which
 * changes nothing where it is so already, and what that call says is learned from.
 *
 * @throws {BackendError} user_error when the key is not distributed there
 */
export async function sync(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  options: SyncOptions,
): Promise<SyncResult> {
  return changeKey(mount, context, ref.key, (held) => syncHeld(mount, context, held, ref.kms, options));
}

/** As {@link sync}, for a caller who holds the key. */
export async function syncHeld(
  mount: Mount,
  context: BackendContext,
  held: HeldKey,
  kms: string,
  { dryRun = false, force = false }: SyncOptions = {},
): Promise<SyncResult> {
  const ref = { key: held.name, kms };
  const loaded = await loadDistribution(mount, context, ref);
  if (!loaded) throw userError(`key "${ref.key}" is not distributed to KMS "${ref.kms}"`);
  await refuseOtherIdentity(mount, context, ref, loaded);
  const seen = await observe(mount, context, ref, loaded);
  // To another account everything is unknown, and credentials may change while a client is open.
  if (saysGone(seen)) await refuseOtherIdentity(mount, context, ref, loaded, true);
  const unseen = unseenVersions(seen);
  if (dryRun) {
    const distribution = withAllKnown(loaded.distribution, knownFrom(seen));
    return { steps: remainingStepsOf(mount, ref.key, { ...loaded, distribution }), unseen };
  }
  const observed = homeName(seen);
  // As before any other change, where the observation does not tell.
  const isTold = observed !== undefined && !('outcome' in observed && observed.outcome === 'forbidden');
  const name = isTold ? observed : await askForName(mount, context, ref, loaded);
  await refuseAhead(mount, context, ref, loaded.distribution, name, force);
  logDrift(mount, ref, assessDrift(mount, ref, loaded, seen));
  try {
    const steps = await repair(mount, context, held, ref, loaded, seen, force || !isUnreachable(name));
    mount.figures.drift.saw(ref, 'in_sync');
    mount.logger.info('synchronized a distribution', { key: ref.key, kms: ref.kms, steps: steps.length });
    return { steps, unseen };
  } catch (error) {
    throw asBackendError(error);
  }
}

async function repair(
  mount: Mount,
  context: BackendContext,
  held: HeldKey,
  ref: DistributionRef,
  loaded: Loaded,
  seen: Seen,
  nameChecked: boolean,
): Promise<readonly ReconcileStep[]> {
  const name = distributionName(ref);
  const blind = new Set(seen.versions.flatMap((each) => ('outcome' in each ? [each.version] : [])));
  const done: ReconcileStep[] = [];
  let record = loaded.distribution;
  mount.workQueue.add(ref);
  for (let known = knownFrom(seen); ;) {
    const corrected = correctedRecord(mount, ref, record, known);
    await mount.distributions.put(context.storage, name, corrected, context.signal, record);
    try {
      return [...done, ...(await reconcile(mount, context, held, ref.kms, { nameChecked }))];
    } catch (error) {
      const learned = learn(error, record);
      // The KMS did not describe this version, and the refusal does; any other refusal is the answer.
      if (!learned || !blind.delete(learned.version)) throw error;
      await refuseOtherIdentity(mount, context, ref, { distribution: record, kms: loaded.kms }, true);
      done.push(...learned.done);
      // What has been repaired meanwhile stands in the record; only this version is corrected in the next round.
      record = (await mount.distributions.get(context.storage, name, context.signal)) ?? record;
      known = [learned.observation, ...knownFrom({ versions: [], names: seen.names, others: [] })];
    }
  }
}

/** The record corrected by what is known; what that replaces is logged, and stays on record until the key is removed. */
function correctedRecord(
  mount: Mount,
  ref: DistributionRef,
  record: Distribution,
  known: readonly (Observation | Note)[],
): Distribution {
  for (const each of known) {
    if (each.of !== 'version' || each.state !== 'gone') continue;
    const { version } = each;
    const remote_id = remoteIds(record)[version];
    mount.logger.warn('KMS key not found; treating it as deleted', { key: ref.key, kms: ref.kms, version, remote_id });
  }
  return withAllKnown(record, known);
}

const LEARNED: Partial<Record<ProviderErrorReason, VersionObservation['state']>> = {
  not_found: 'gone',
  pending_deletion: 'pending_deletion',
  invalid_state: 'created',
};

/** What the refusal of a call says of the version it was for; undefined when it says nothing. */
function learn(
  error: unknown,
  { container }: Pick<Distribution, 'container'>,
):
  { readonly version: number; readonly observation: Observation; readonly done: readonly ReconcileStep[] } | undefined {
  if (!(error instanceof IncompleteError)) return undefined;
  const state = LEARNED[error.cause.reason];
  const { done, left } = error.progress;
  const step = left[0];
  // Of a version speak only the calls that are about nothing else: the alias of another call may be what is missing.
  if (state === undefined || !(step?.action === 'import' || step?.action === 'enable' || step?.action === 'disable')) {
    return undefined;
  }
  const { version, place } = step;
  // What holds the versions is gone with all of them: none goes by itself.
  if (container !== undefined && state !== 'created') {
    return { version, observation: { of: 'container', id: container, state: 'gone' }, done };
  }
  return { version, observation: { of: 'version', version, place, state }, done };
}

function unseenVersions({ versions }: Seen): Record<string, string> {
  const unseen: Record<string, string> = {};
  for (const each of versions) if ('outcome' in each) unseen[each.version] = each.why;
  return unseen;
}
