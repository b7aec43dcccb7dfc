import { userError } from '../../logical/index.ts';
import { ProviderError } from '../../providers/errors.ts';
import type { Observation, Performed } from '../../providers/observation.ts';
import { HOME, type CreateStep } from '../../providers/step.ts';
import { rfc3339 } from '../../support/clock.ts';
import { logChange } from '../log-change.ts';
import { findAttempt } from '../orphans/find-attempt.ts';
import { recordOrphan } from '../orphans/orphans.ts';
import type { ReconcileStep } from '../reconcile-step.ts';
import { knownIds } from '../records/distribution.ts';
import { versionLabels } from '../records/labels.ts';
import { expectedAccount, otherAccount, pinAccount } from './identity.ts';
import { receiptNote } from './receipt.ts';
import { takeNote } from './take-note.ts';
import { runTarget, type Run } from './run.ts';

/**
 * Creates a version: the attempt is in storage before the call, the answer right after it. When another creation follows,
 * its attempt goes into the same write.
 */
export async function createVersion(run: Run, step: CreateStep, next: ReconcileStep | undefined): Promise<void> {
  const { mount, ref, client, record, context } = run;
  const { version, place } = step;
  const attempt = await record.attempt(version);
  const begun = mount.clock.monotonic();
  let performed: Performed;
  try {
    const target = runTarget(run, await mount.guard.epoch(context));
    performed = await client.create(step, attempt, target, context.signal);
  } catch (error) {
    // Only a refusal proves that nothing was made; then the attempt is withdrawn.
    const refused = error instanceof ProviderError && !error.ambiguous;
    if (!refused) record.attemptUsed(version);
    throw error;
  }
  const remoteId = madeId(performed.seen, version);
  if (remoteId === undefined) {
    // What it needs is not there, or the name is taken: the next plan deals with that.
    record.withdrawAttempts();
    return takeNote(run, performed);
  }
  record.attemptUsed(version);
  mount.unsavedIds.set(attempt.attempt, performed);
  // Before it is recorded, so that the id is not lost with the process.
  const durationMs = mount.clock.monotonic() - begun;
  logChange(mount, ref, { step: 'create', version, place, remoteId, durationMs }, performed);
  await claimAccount(run, version, performed.seen);
  record.note(...performed.seen, receiptNote('create', step, performed, rfc3339(mount.clock.now())));
  if (next?.action === 'create') record.prepareAttempt(next.version);
  await record.flush();
  mount.unsavedIds.delete(attempt.attempt);
}

/**
 * Resolves an attempt of an earlier run whose answer was lost. The object is adopted when it is found and proven to be
 * unused and ours. Where nobody can tell, the driver says what follows: the attempt is recorded as a possible orphan and
 * the version is created anew, or nothing is created until it is known.
 *
 * @throws {ProviderError} where it has to wait
 */
export async function resolveAttempt(run: Run, version: number): Promise<void> {
  const { mount, ref, kms, client, driver, record, context } = run;
  const state = record.current.versions[version];
  if (state?.state !== 'creating') return;
  const { attempt, since } = state;
  const { name: distributedName, endpoint, container } = record.current;
  const account = expectedAccount(record.current, kms);
  const labels = versionLabels(mount.id, ref, distributedName, version);
  const lost = { distributedName, version, attempt, labels, since, account };
  const remembered = mount.unsavedIds.get(attempt);
  const owned = knownIds(record.current);
  const options = { owned, target: runTarget(run), windowMs: driver.consistencyWindowMs };
  const result = remembered
    ? ({ outcome: 'proven', seen: remembered.seen } as const)
    : await findAttempt(client, lost, options, context.signal);
  if (result.outcome === 'proven') {
    await claimAccount(run, version, result.seen);
    record.note(...result.seen);
    if (remembered) record.note(receiptNote('create', { version, place: HOME }, remembered, since));
    await record.flush();
    mount.unsavedIds.delete(attempt);
    return;
  }
  const isWithin = mount.consistency.isWithin(since, driver.consistencyWindowMs);
  if (result.outcome === 'unknown' || isWithin) {
    const { why: reason, suspects } = result.outcome === 'unknown' ? result : NOT_SHOWN_YET;
    // What was made within a container is no orphan: it goes with that.
    if (driver.lostAttempt === 'wait' || container !== undefined) {
      const text = `nothing is created while the attempt to create version ${version} is not resolved: ${reason}`;
      throw new ProviderError('unavailable', text, { call: 'find' });
    }
    await recordOrphan(mount, context, ref, lost, { reason, suspects, account, endpoint });
  }
  record.note({ of: 'no_attempt', version });
}

/** What a search that finds nothing says within the consistency window. */
const NOT_SHOWN_YET = { why: 'not found, but made too recently for the KMS to be sure to know of it', suspects: [] };

/**
 * Takes note of the account that an object was made in. Credentials may have changed since they were checked: what was
 * made in another account is recorded as left behind there, and not adopted.
 */
async function claimAccount(run: Run, version: number, seen: readonly Observation[]): Promise<void> {
  const { mount, context, ref, kms, record } = run;
  const account = seen.find((each) => each.of === 'account')?.account;
  if (account === undefined) return;
  const expected = expectedAccount(record.current, kms) ?? (await pinAccount(mount, context, ref.kms, account));
  if (account === expected) return;
  const reason = otherAccount(ref.kms, account, expected);
  const state = record.current.versions[version];
  if (state?.state !== 'creating') throw new Error(`version ${version} has no attempt on record`);
  const { attempt, since } = state;
  const { name: distributedName, endpoint } = record.current;
  const labels = versionLabels(mount.id, ref, distributedName, version);
  const id = madeId(seen, version) ?? '';
  const lost = { distributedName, version, attempt, labels, since };
  await recordOrphan(mount, context, ref, lost, { reason, suspects: [id], account, endpoint });
  record.note({ of: 'no_attempt', version });
  await record.flush();
  mount.unsavedIds.delete(attempt);
  throw userError(`${reason}. ${id} was left behind in account ${account}, see possible_orphans`);
}

function madeId(seen: readonly Observation[], version: number): string | undefined {
  for (const each of seen) if (each.of === 'version' && each.version === version && each.place === HOME) return each.id;
  return undefined;
}
