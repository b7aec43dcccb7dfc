import { BackendError, requireWritable, userError, type BackendContext } from '../../logical/index.ts';
import { ProviderError } from '../../providers/errors.ts';
import { askForName, refuseAhead } from '../guard/ahead.ts';
import type { Key } from '../records/key.ts';
import type { Mount } from '../mount.ts';
import { isAnnounced, withdrawAnnounced } from './create-version.ts';
import { desiredState } from './desired.ts';
import type { Distribution } from '../records/distribution.ts';
import { distributionName, type DistributionRef } from '../records/distribution-store.ts';
import { checkIdentity } from './identity.ts';
import { IncompleteError, stepText } from '../incomplete-error.ts';
import { loadDistribution } from '../load-distribution.ts';
import { performStep } from './perform-step.ts';
import { firstStep, planDistribution } from './plan.ts';
import type { Step } from '../../providers/step.ts';
import { recorder } from './recorder.ts';
import { isFinal, stepsDespite, type Refusals } from './refusals.ts';
import type { Run } from './run.ts';

export interface ReconcileOptions {
  /** The caller has made sure that the cloud is not ahead of storage, or changes it by force. @default false */
  readonly nameChecked?: boolean;
}

/** Steps that do harm where storage is older than the cloud. */
const HARMFUL_WHEN_BEHIND: ReadonlySet<Step['action']> = new Set([
  'create',
  'set_current',
  'remove_name',
  'remove',
  'remove_replaced',
]);

/**
 * Brings the cloud to the state that the key and the distribution record ask for, from wherever it was left. The one
 * way to change a cloud: distribute, rotate, enable and disable, remove, and the recovery after a crash all end here.
 * The caller holds the key's lock.
 *
 * What may not be repeated is recorded before and after (creation); what may is recorded when all is done, or when a
 * step fails. A removal ends with the record deleted. What the cloud refuses for good does not keep versions enabled that
 * are to be disabled, see refusals.ts.
 *
 * @returns the steps that were done; none when the key is not in the KMS
 * @throws {IncompleteError} when the cloud fails; what was done is recorded, and the recovery goes on with the rest
 */
export async function reconcile(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  { nameChecked = false }: ReconcileOptions = {},
): Promise<readonly Step[]> {
  const loaded = await loadDistribution(mount, context, ref);
  if (!loaded) {
    mount.workQueue.done(ref);
    return [];
  }
  const { distribution, key, kms } = loaded;
  refuseOlderRecord(ref, key, distribution);
  // From here on something may be half-done; only the end of a whole run clears the mark.
  mount.workQueue.add(ref);
  const done = await mount.clients.use(ref.kms, kms, (client) => {
    const record = recorder(mount.distributions, context.storage, ref, distribution);
    const checkName = once(async () => {
      if (nameChecked) return;
      const name = await askForName(mount, context, ref, loaded);
      await refuseAhead(mount, context, ref, distribution, name, false);
      // It is asked again by whoever takes this up; a KMS that is only silent for the moment may be ahead.
      if (name?.outcome === 'unreachable') throw new ProviderError('unavailable', name.why, { call: 'name' });
    });
    return runPlan({ mount, context, ref, key, kms, client, record, announced: new Set(), checkName });
  });
  mount.workQueue.done(ref);
  return done;
}

/**
 * By a key's record that is older than the distribution, the name would go back to an older version, and the next version
 * would overwrite material that the cloud holds a copy of, and that no record but this one names.
 */
function refuseOlderRecord(
  { key, kms }: DistributionRef,
  { latest_version }: Key,
  { removing, versions }: Distribution,
): void {
  const newest = Math.max(0, ...Object.keys(versions).map(Number));
  if (removing || newest <= latest_version) return;
  throw userError(
    `the record of key "${key}" ends with version ${latest_version}, but KMS "${kms}" holds version ${newest}: ` +
      `restore the newer record at key/${key}, or remove the key from the KMS first`,
  );
}

/** A budget that ended between two calls is told as one that ended a call: with what is done and what is left. */
function timeIsOver(error: unknown, { signal }: BackendContext): ProviderError | undefined {
  if (error !== signal.reason || !(error instanceof BackendError)) return undefined;
  return new ProviderError('timeout', error.message, { call: 'budget' });
}

function once(task: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | undefined;
  return () => (started ??= task());
}

async function runPlan(run: Run): Promise<readonly Step[]> {
  const { mount, context, ref, record } = run;
  const done: Step[] = [];
  const refusals: Refusals = new Map();
  // The wish stays as it is for the whole run.
  const desired = desiredState(run.key, record.current);
  const next = (): Step | undefined =>
    refusals.size === 0
      ? firstStep(desired, record.current, (version) => !isAnnounced(run, version))
      : stepsDespite(refusals, remainingSteps(run), record.current)[0];
  const planned = remainingSteps(run).length;
  if (planned > 0) {
    // Its work would be lost, and what it has read may be behind.
    await requireWritable(context.system, context.signal);
    await identify(run);
  }
  // Every step takes something off the plan, and an attempt is looked for once: a longer run is a fault of ours.
  let allowance = 2 * planned + 2;
  for (let step = next(); step !== undefined; step = next()) {
    try {
      context.signal.throwIfAborted();
      if (allowance-- <= 0) throw new Error(`the convergence does not end; next step: ${step.action}`);
      if (HARMFUL_WHEN_BEHIND.has(step.action)) await run.checkName();
      await performStep(run, step, next);
      done.push(step);
    } catch (error) {
      withdrawAnnounced(run);
      if (isFinal(error) && !record.current.removing) {
        refusals.set(stepText(step), { step, error });
        continue;
      }
      await record.flush();
      // A storage error stays as it is: the server forwards a request by its text.
      const failure = timeIsOver(error, context) ?? error;
      if (!(failure instanceof ProviderError)) throw failure;
      throw incomplete(run, done, refusals, failure);
    }
  }
  if (refusals.size > 0) {
    await record.flush();
    throw incomplete(run, done, refusals);
  }
  if (record.current.removing) {
    await mount.distributions.delete(context.storage, distributionName(ref), context.signal);
  } else {
    await record.flush();
  }
  return done;
}

/** Compares endpoint and account with those on record, and puts on record what was not known. */
async function identify(run: Run): Promise<void> {
  const { mount, context, ref, kms, client, record } = run;
  try {
    const endpoint = await checkIdentity(mount, context, ref, { distribution: record.current, kms }, client);
    if (record.current.endpoint !== endpoint) record.set({ ...record.current, endpoint });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw incomplete(run, [], new Map(), error);
  }
}

/** The plan, as the record stands. What this run has announced, and not begun, is no lost attempt to be looked for. */
function remainingSteps(run: Run): readonly Step[] {
  const { key, record } = run;
  const steps = planDistribution(desiredState(key, record.current), record.current);
  return steps.filter((step) => step.action !== 'find' || !isAnnounced(run, step.version));
}

/** The end of a run that did not come to the end of its plan: what failed first is its cause, and stands first in it. */
function incomplete(
  run: Run,
  done: readonly Step[],
  refusals: Refusals,
  ...last: readonly ProviderError[]
): IncompleteError {
  const refused = [...refusals.values()];
  const others = remainingSteps(run).filter((step) => !refusals.has(stepText(step)));
  const left = [...refused.map(({ step }) => step), ...others];
  const failures = [...refused.map(({ error }) => error), ...last];
  return new IncompleteError(run.ref, { done, left, removing: run.record.current.removing }, failures);
}
