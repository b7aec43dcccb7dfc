import { userError } from '../../logical/index.ts';
import { ProviderError } from '../../providers/errors.ts';
import type { CreatedVersion, VersionTarget } from '../../providers/port.ts';
import { rfc3339 } from '../../support/clock.ts';
import { pinAccount } from './pin-account.ts';
import { knownIds, withVersion } from '../records/distribution.ts';
import { findAttempt } from '../orphans/find-attempt.ts';
import { expectedAccount, otherAccount } from './identity.ts';
import { EPOCH_LABEL } from '../records/labels.ts';
import { logChange } from '../log-change.ts';
import { recordOrphan } from '../orphans/orphans.ts';
import type { Step } from '../../providers/step.ts';
import { readMaterial, versionTarget, type Run } from './run.ts';

/** What a search that finds nothing says of an attempt that the cloud may not show yet. */
const TOO_YOUNG = { why: 'not found, but too young for the search to be believed', suspects: [] };

/**
 * Creates a version: the attempt is in storage before the call, the id right after the answer. When another creation
 * follows, its attempt goes into the same write.
 */
export async function createVersion(run: Run, version: number, nextStep: () => Step | undefined): Promise<void> {
  const { mount, ref, client, record, context } = run;
  if (record.current.versions[version] === undefined) announce(run, version);
  await record.flush();
  const target = versionTarget(run, version);
  let created: CreatedVersion;
  try {
    const epoch = await mount.guard.epoch(context);
    const labels = { ...target.labels, ...(epoch === undefined ? {} : { [EPOCH_LABEL]: epoch }) };
    created = await client.createVersion({ ...target, labels }, () => readMaterial(run, version), context.signal);
  } catch (error) {
    // Only a refusal proves that nothing was made; then the attempt counts as never begun and is withdrawn.
    const refused = error instanceof ProviderError && !error.ambiguous;
    if (!refused) run.announced.delete(target.attempt);
    throw error;
  }
  run.announced.delete(target.attempt);
  const { remoteId, imported } = created;
  mount.unsavedIds.set(target.attempt, created);
  // Before it is recorded, so that the id is not lost with the process.
  logChange(mount, ref, { step: 'create', version, remoteId }, created);
  await claimAccount(run, target, created);
  setCreated(run, version, target.attempt, remoteId, imported);
  const next = nextStep();
  if (next?.action === 'create') announce(run, next.version);
  await record.flush();
  mount.unsavedIds.delete(target.attempt);
}

/**
 * Settles an attempt of an earlier run whose answer was lost: the object is adopted when it is found and proven to be
 * unused and ours, and recorded as a possible orphan when nobody can tell. Otherwise, and then too, the version is free
 * to be created anew.
 */
export async function resolveAttempt(run: Run, version: number): Promise<void> {
  const { mount, ref, kms, client, record, context } = run;
  const target = versionTarget(run, version);
  const remembered = mount.unsavedIds.get(target.attempt);
  const since = record.current.versions[version]?.since ?? '';
  const { endpoint } = record.current;
  const account = expectedAccount(record.current, kms);
  const result =
    remembered === undefined
      ? await findAttempt(client, { ...target, since, account }, knownIds(record.current), context.signal)
      : ({ outcome: 'proven', ...remembered } as const);
  if (result.outcome === 'proven') {
    await claimAccount(run, target, result);
    setCreated(run, version, target.attempt, result.remoteId, false);
    await record.flush();
    mount.unsavedIds.delete(target.attempt);
    return;
  }
  if (result.outcome === 'unknown' || mount.consistency.isWithin(since)) {
    const { why: reason, suspects } = result.outcome === 'unknown' ? result : TOO_YOUNG;
    await recordOrphan(mount, context, ref, target, since, { reason, suspects, account, endpoint });
  }
  record.set(withVersion(record.current, version, undefined));
}

/**
 * Takes note of the account that an object was made in. Credentials may have changed since they were checked: what was
 * made in another account is recorded as left behind there, and not adopted.
 */
async function claimAccount(
  { mount, context, ref, kms, record }: Run,
  target: VersionTarget,
  { remoteId, account }: { readonly remoteId: string; readonly account?: string | undefined },
): Promise<void> {
  if (account === undefined) return;
  const expected = expectedAccount(record.current, kms) ?? (await pinAccount(mount, context, ref.kms, account));
  if (account === expected) {
    if (record.current.account !== account) record.set({ ...record.current, account });
    return;
  }
  const reason = otherAccount(ref.kms, account, expected);
  const since = record.current.versions[target.version]?.since ?? '';
  const lost = { reason, suspects: [remoteId], account, endpoint: record.current.endpoint };
  await recordOrphan(mount, context, ref, target, since, lost);
  record.set(withVersion(record.current, target.version, undefined));
  await record.flush();
  mount.unsavedIds.delete(target.attempt);
  throw userError(`${reason}. ${remoteId} was left behind in account ${account}, see possible_orphans`);
}

/** Tells whether a version's attempt was recorded by this run and not begun: then there is nothing to look for. */
export function isAnnounced(run: Run, version: number): boolean {
  const state = run.record.current.versions[version];
  return state?.state === 'creating' && run.announced.has(state.attempt);
}

/** Takes back the attempts that were announced but never begun, so that nobody looks for them. */
export function withdrawAnnounced(run: Run): void {
  const { record } = run;
  for (const version of Object.keys(record.current.versions).map(Number)) {
    if (isAnnounced(run, version)) record.set(withVersion(record.current, version, undefined));
  }
}

function announce(run: Run, version: number): void {
  const { mount, record } = run;
  const attempt = mount.newAttempt();
  run.announced.add(attempt);
  record.set(withVersion(record.current, version, { state: 'creating', attempt, since: rfc3339(mount.clock.now()) }));
}

function setCreated(run: Run, version: number, attempt: string, remoteId: string, imported: boolean): void {
  const since = run.record.current.versions[version]?.since;
  const known = { attempt, remote_id: remoteId, ...(since === undefined ? {} : { since }) };
  run.record.set(
    withVersion(
      run.record.current,
      version,
      imported ? { ...known, state: 'ready', enabled: true } : { ...known, state: 'created' },
    ),
  );
}
