import { BackendError, userError, type BackendContext } from '../../logical/index.ts';
import { ProviderError } from '../../providers/errors.ts';
import type { Step } from '../../providers/step.ts';
import { rfc3339 } from '../../support/clock.ts';
import { countDistribution } from '../figures.ts';
import { askForName, refuseAhead } from '../guard/ahead.ts';
import type { HeldKey } from '../held-key.ts';
import { IncompleteError } from '../incomplete-error.ts';
import { loadDistribution } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import { reconcileStepText, type ReconcileStep } from '../reconcile-step.ts';
import { distributionName, type DistributionRef } from '../records/distribution-store.ts';
import type { Distribution } from '../records/distribution.ts';
import type { Key } from '../records/key.ts';
import { driverOf } from '../records/kms.ts';
import { failuresOfRun, type Failures } from './failures.ts';
import { checkIdentity } from './identity.ts';
import { isReached, performStep } from './perform-step.ts';
import { recorder } from './recorder.ts';
import { stepsLeft, type Run } from './run.ts';

export interface ReconcileOptions {
  /** The caller has made sure that the cloud is not ahead of storage, or changes it by force. @default false */
  readonly nameChecked?: boolean;
}

/** Steps that do harm where storage is older than the cloud. */
const HARMFUL_WHEN_BEHIND: ReadonlySet<ReconcileStep['action']> = new Set<Step['action']>([
  'create',
  'set_current',
  'remove_name',
  'remove',
  'remove_replaced',
  'remove_container',
]);

/** A step that does not lead where the plan says is planned again; more often than this is a fault of the driver. */
const MOST_REPEATS = 10;

/**
 * Brings the KMS to the desired state, from wherever it was left: resolves lost attempts, plans, performs. The one way to
 * change a cloud: distribute, rotate, enable and disable, remove, and the work after a crash all end here.
 *
 * What may not be repeated is recorded before and after (creation); what may is recorded at the end, see recorder.ts. A
 * removal ends with the record deleted. What the KMS refuses for good does not keep versions enabled that are to be
 * disabled, see failures.ts.
 *
 * @returns the steps that were done; none when the key is not in the KMS
 * @throws {IncompleteError} when the KMS fails; what was done is recorded, and the work queue holds the rest
 */
export async function reconcile(
  mount: Mount,
  context: BackendContext,
  { name: key }: HeldKey,
  kms: string,
  { nameChecked = false }: ReconcileOptions = {},
): Promise<readonly ReconcileStep[]> {
  const ref = { key, kms };
  const loaded = await loadDistribution(mount, context, ref);
  if (!loaded) {
    mount.workQueue.done(ref);
    return [];
  }
  const { distribution } = loaded;
  refuseOlderRecord(ref, loaded.key, distribution);
  // From here on something may be unfinished; only the end of a whole run takes it off the queue.
  mount.workQueue.add(ref);
  const checkName = once(async () => {
    if (nameChecked) return;
    const name = await askForName(mount, context, ref, loaded);
    await refuseAhead(mount, context, ref, distribution, name, false);
    // A KMS that does not answer now may be ahead.
    if (name && 'outcome' in name && name.outcome === 'unreachable') {
      throw new ProviderError('unavailable', name.why, { call: 'name' });
    }
  });
  const record = recorder({
    store: mount.distributions,
    storage: context.storage,
    ref,
    initial: distribution,
    newAttempt: mount.newAttempt,
    now: () => rfc3339(mount.clock.now()),
  });
  const driver = driverOf(mount.drivers, loaded.kms);
  const done = await mount.clients.use(ref.kms, loaded.kms, (client) =>
    runPlan({ mount, context, ref, key: loaded.key, kms: loaded.kms, driver, client, record, names: 1, checkName }),
  );
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

function once(task: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | undefined;
  return () => (started ??= task());
}

async function runPlan(run: Run): Promise<readonly ReconcileStep[]> {
  const { context, record, mount, ref } = run;
  const done: ReconcileStep[] = [];
  const failures = failuresOfRun();
  const repeats = new Map<string, number>();
  let plan = stepsLeft(run);
  if (plan.length > 0) await identify(run);
  for (; plan.length > 0; plan = failures.possible(stepsLeft(run), record.current)) {
    countRepeats(repeats, plan[0]);
    for (const [index, step] of plan.entries()) {
      try {
        context.signal.throwIfAborted();
        if (HARMFUL_WHEN_BEHIND.has(step.action)) await run.checkName();
        await performStep(run, step, plan[index + 1]);
        const reached = isReached(run, step);
        // A name that was taken is not set yet. What became of an attempt is known, whichever it is.
        if (reached || step.action === 'resolve_attempt') done.push(step);
        if (!reached) break;
      } catch (error) {
        record.withdrawAttempts();
        if (failures.goOn(step, error, record.current)) break;
        await record.flush();
        // A storage error stays as it is: the server forwards a request by its text.
        const failure = timeIsOver(error, context) ?? error;
        if (!(failure instanceof ProviderError)) throw failure;
        throw incomplete(run, done, failures, failure);
      }
    }
  }
  if (failures.any) {
    await record.flush();
    throw incomplete(run, done, failures);
  }
  if (record.current.removing) {
    await mount.distributions.delete(context.storage, distributionName(ref), context.signal);
    countDistribution(mount, ref, record.current, undefined);
    mount.events.send('distribution-remove', { ...ref, forced: false });
  } else {
    await record.flush();
    if (done.length > 0) {
      const { latest_version: version } = run.key;
      mount.events.send('distribute', { ...ref, version, name: record.current.name });
    }
  }
  return done;
}

function countRepeats(repeats: Map<string, number>, step: ReconcileStep | undefined): void {
  if (!step) return;
  const text = reconcileStepText(step);
  const count = (repeats.get(text) ?? 0) + 1;
  repeats.set(text, count);
  if (count > MOST_REPEATS) throw new Error(`reconciling does not end; next step: ${text}`);
}

/** Compares endpoint and account with those on record, and puts on record what was not known. */
async function identify(run: Run): Promise<void> {
  const { mount, context, ref, kms, client, record } = run;
  try {
    const endpoint = await checkIdentity(mount, context, ref, { distribution: record.current, kms }, client);
    if (record.current.endpoint !== endpoint) record.note({ of: 'endpoint', endpoint });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw incomplete(run, [], failuresOfRun(), error);
  }
}

/** A budget that ended between two calls is reported as one that ended a call: with what is done and what is left. */
function timeIsOver(error: unknown, { signal }: BackendContext): ProviderError | undefined {
  if (error !== signal.reason || !(error instanceof BackendError)) return undefined;
  return new ProviderError('timeout', error.message, { call: 'budget' });
}

/** The end of a run that did not come to the end of its plan: what failed first is its cause, and stands first in it. */
function incomplete(
  run: Run,
  done: readonly ReconcileStep[],
  failures: Failures,
  ...last: readonly ProviderError[]
): IncompleteError {
  const { removing } = run.record.current;
  const left = failures.firstIn(stepsLeft(run));
  return new IncompleteError(run.ref, { done, left, removing }, [...failures.errors(), ...last]);
}
