import { userError, type BackendContext } from '../../logical/index.ts';
import type { ProviderErrorReason } from '../../providers/errors.ts';
import type { VersionObservation } from '../../providers/port.ts';
import { refuseAhead } from '../guard/ahead.ts';
import type { Mount } from '../mount.ts';
import { asBackendError } from '../provider-failure.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { desiredState } from '../reconcile/desired.ts';
import { remoteIds, type Distribution } from '../records/distribution.ts';
import { correctedRecord } from '../reconcile/drift.ts';
import { distributionName, type DistributionRef } from '../records/distribution-store.ts';
import { IncompleteError } from '../incomplete-error.ts';
import { refuseOtherIdentity } from '../reconcile/identity.ts';
import { loadDistribution, type Loaded } from '../load-distribution.ts';
import { observe, saysGone, type Observation } from '../reconcile/observe.ts';
import { planDistribution } from '../reconcile/plan.ts';
import type { Step } from '../../providers/step.ts';

export interface SyncOptions {
  /** Only says what would be done. @default false */
  readonly dryRun?: boolean;
  /** Goes on where the cloud is ahead of storage. @default false */
  readonly force?: boolean;
}

/** What a sync did, or would do. */
export interface SyncResult {
  /** Done, in this order; those of the plan for a dry run. */
  readonly steps: readonly Step[];
  /** Versions that the cloud would not speak of, with its words; what they need was tried blindly. */
  readonly unseen: Readonly<Record<string, string>>;
}

/**
 * Asks the cloud how a distribution really is and repairs what differs: material is imported again, versions are
 * enabled or disabled, the name is moved back, a destroyed version is replaced by a new one. With `dryRun`, only says so.
 *
 * Where the credentials do not allow asking (kms:DescribeKey), each version is switched to what it should be, which
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
  return mount.keyLock.run(ref.key, () => syncLocked(mount, context, ref, options), context.signal);
}

/** As {@link sync}, for a caller who holds the key's lock. */
export async function syncLocked(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  { dryRun = false, force = false }: SyncOptions = {},
): Promise<SyncResult> {
  const loaded = await loadDistribution(mount, context, ref);
  if (!loaded) throw userError(`key "${ref.key}" is not distributed to KMS "${ref.kms}"`);
  await refuseOtherIdentity(mount, context, ref, loaded);
  const seen = await mount.clients.use(ref.kms, loaded.kms, (client) => observe(client, context, loaded.distribution));
  // To another account everything is unknown, and credentials may change while a client is open.
  if (saysGone(seen)) await refuseOtherIdentity(mount, context, ref, loaded, true);
  const unseen = unseenVersions(seen);
  if (dryRun) {
    const corrected = correctedRecord(loaded.distribution, seen);
    return { steps: planDistribution(desiredState(loaded.key, corrected), corrected), unseen };
  }
  await refuseAhead(mount, context, ref, loaded.distribution, seen.name, force);
  try {
    const nameChecked = force || seen.name.outcome !== 'unreachable';
    const steps = await repair(mount, context, ref, loaded, seen, nameChecked);
    mount.logger.info('synchronised a distribution', { key: ref.key, kms: ref.kms, steps: steps.length });
    return { steps, unseen };
  } catch (error) {
    throw asBackendError(error);
  }
}

async function repair(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  { distribution, kms }: Loaded,
  seen: Observation,
  nameChecked: boolean,
): Promise<readonly Step[]> {
  const name = distributionName(ref);
  const blind = new Set([...seen.versions].filter(([, { outcome }]) => outcome !== 'seen').map(([version]) => version));
  const done: Step[] = [];
  let record = distribution;
  mount.workQueue.add(ref);
  for (let correction = seen; ;) {
    const corrected = replaced(mount, ref, record, correction);
    await mount.distributions.put(context.storage, name, corrected, context.signal, record);
    try {
      return [...done, ...(await reconcile(mount, context, ref, { nameChecked }))];
    } catch (error) {
      const learned = learn(error);
      // Asking has said nothing of this version, and the refusal does; any other refusal is the answer.
      if (!learned || !blind.delete(learned.version)) throw error;
      await refuseOtherIdentity(mount, context, ref, { distribution: record, kms }, true);
      done.push(...learned.done);
      // What has been repaired meanwhile stands in the record; only this version is corrected in the next round.
      correction = { versions: new Map([[learned.version, learned.observation]]), name: seen.name };
      record = (await mount.distributions.get(context.storage, name, context.signal)) ?? record;
    }
  }
}

/** The corrected record; what it replaces is named in the log, and stays in `retired` until the key is removed. */
function replaced(mount: Mount, { key, kms }: DistributionRef, known: Distribution, seen: Observation): Distribution {
  const corrected = correctedRecord(known, seen);
  if (corrected.retired === known.retired) return corrected;
  for (const [version, answer] of seen.versions) {
    const remote_id = remoteIds(known)[version];
    if (remote_id === undefined || answer.outcome !== 'seen' || answer.state !== 'deleted') continue;
    const reason = 'the KMS did not know it';
    mount.logger.warn('a KMS object counts as gone', { key, kms, version, remote_id, reason });
  }
  return corrected;
}

const LEARNED: Partial<Record<ProviderErrorReason, 'deleted' | 'pending_deletion' | 'missing_material'>> = {
  not_found: 'deleted',
  pending_deletion: 'pending_deletion',
  invalid_state: 'missing_material',
};

/** What the refusal of a call says of the version it was for; undefined when it says nothing. */
function learn(
  error: unknown,
): { version: number; observation: VersionObservation; done: readonly Step[] } | undefined {
  if (!(error instanceof IncompleteError)) return undefined;
  const state = LEARNED[error.cause.reason];
  const { done, left } = error.progress;
  const step = left[0];
  // Of a version speak only the calls that are about nothing else: the alias of another call may be what is missing.
  if (state === undefined || !(step?.action === 'import' || step?.action === 'enable' || step?.action === 'disable')) {
    return undefined;
  }
  return { version: step.version, observation: { outcome: 'seen', state }, done };
}

function unseenVersions({ versions }: Observation): Record<string, string> {
  const unseen: Record<string, string> = {};
  for (const [version, answer] of versions) if (answer.outcome !== 'seen') unseen[version] = answer.why;
  return unseen;
}
