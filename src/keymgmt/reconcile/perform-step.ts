import { ProviderError } from '../../providers/errors.ts';
import type { Observation } from '../../providers/observation.ts';
import type { Target } from '../../providers/port.ts';
import type { RepeatableStep } from '../../providers/step.ts';
import { rfc3339 } from '../../support/clock.ts';
import { performLogged, type Change } from '../log-change.ts';
import type { ReconcileStep } from '../reconcile-step.ts';
import { placeOf } from '../records/distribution.ts';
import { createVersion, resolveAttempt } from './attempts.ts';
import { checkIdentity, refuseForeign } from './identity.ts';
import { usableWrappingKey } from './plan-input.ts';
import { runTarget, type Run } from './run.ts';
import { takeNote } from './take-note.ts';
import { receiptNote } from './receipt.ts';
import { createWrappingKey } from './wrapping-key.ts';

/**
 * Performs one step and takes note of what is known after it.
 *
 * @param next - the step after it in the plan
 * @throws {ProviderError} when the KMS refuses or fails
 */
export async function performStep(run: Run, step: ReconcileStep, next: ReconcileStep | undefined): Promise<void> {
  switch (step.action) {
    case 'resolve_attempt':
      return resolveAttempt(run, step.version);
    case 'create':
      return createVersion(run, step, next);
    case 'create_wrapping_key':
      return createWrappingKey(run, step);
    default:
      return performRepeatable(run, step);
  }
}

async function performRepeatable(run: Run, step: RepeatableStep): Promise<void> {
  const { mount, ref, client, record, context } = run;
  await record.before(step);
  const target = runTarget(run);
  await requireOurs(run, step, target);
  const performed = await performLogged(mount, ref, describeChange(step, target), () =>
    client.perform(step, target, context.signal),
  );
  const known: Observation[] = [];
  for (const each of performed.seen) known.push(await confirmed(run, each, performed.changed, target));
  await takeNote(run, { ...performed, seen: known });
  if (step.action === 'import') record.note(receiptNote('import', step, performed, rfc3339(mount.clock.now())));
  if (step.action === 'await' && record.current.versions[step.version]?.state === 'pending') {
    throw new ProviderError('not_ready', `the KMS has not finished version ${step.version} yet`, { call: 'await' });
  }
}

/** Nothing is disabled or removed that is labelled as somebody else's. */
async function requireOurs(run: Run, step: RepeatableStep, target: Target): Promise<void> {
  switch (step.action) {
    case 'disable':
    case 'remove': {
      const id = target.id(step.version, step.place);
      if (id !== undefined) await refuseForeign(run, id, step.version);
      return;
    }
    case 'remove_replaced':
    case 'remove_container': {
      const id = step.action === 'remove_container' ? target.container : step.id;
      if (id !== undefined) await refuseForeign(run, id, undefined);
      return;
    }
    default:
  }
}

function describeChange(step: RepeatableStep, target: Target): Omit<Change, 'durationMs'> {
  const { action, place } = step;
  if ('version' in step) {
    const { version } = step;
    const name = action === 'set_current' ? { name: target.distributedName } : {};
    return { step: action, place, version, remoteId: target.id(version, place), ...name };
  }
  if (action === 'remove_name') return { step: action, place, name: target.distributedName };
  return { step: action, place, remoteId: ('id' in step ? step.id : undefined) ?? target.container };
}

/**
 * An object that the KMS does not know counts as removed, unless it was made too recently for that; and so does a name, or
 * what holds the versions.
 */
async function confirmed(run: Run, seen: Observation, changed: boolean, target: Target): Promise<Observation> {
  const wasAway =
    !changed &&
    ((seen.of === 'name' && seen.points === 'removed') || (seen.of === 'container' && seen.state === 'removed'));
  if (wasAway) await confirmAccount(run);
  if (seen.of === 'version' && seen.state === 'unknown') {
    const { version, place } = seen;
    const since = run.record.current.versions[version]?.since;
    await treatAsDeleted(run, target.id(version, place) ?? '', since, version);
    return { ...seen, state: 'removed' };
  }
  if (seen.of === 'replaced' && seen.state === 'unknown') {
    // The KMS has not known it before, which is why it was replaced.
    await treatAsDeleted(run, seen.id, undefined);
    return { ...seen, state: 'removed' };
  }
  return seen;
}

/**
 * @param since - when it was made; undefined: before the consistency window
 * @throws {ProviderError} within the consistency window: the removal stays pending, and is tried again
 */
async function treatAsDeleted(run: Run, remote_id: string, since: string | undefined, version?: number): Promise<void> {
  const { mount, ref, driver } = run;
  await confirmAccount(run);
  if (mount.consistency.isWithin(since, driver.consistencyWindowMs)) {
    const text = `the KMS does not know ${remote_id}, but it was made too recently to treat it as deleted`;
    throw new ProviderError('unavailable', text, { call: 'remove' });
  }
  const { key, kms } = ref;
  const which = version === undefined ? {} : { version };
  mount.logger.warn('KMS key not found; treating it as deleted', { key, kms, ...which, remote_id });
}

/** Credentials of another account know none of the keys and names; they may have changed while the client is open. */
async function confirmAccount({ mount, context, ref, kms, client, record }: Run): Promise<void> {
  await checkIdentity(mount, context, ref, { distribution: record.current, kms }, client, true);
}

/** Whether the record shows what a step promises; otherwise the rest of the plan may not hold. */
export function isReached({ mount, kms, record }: Run, step: ReconcileStep): boolean {
  const { current } = record;
  switch (step.action) {
    case 'resolve_attempt':
      return false;
    case 'set_current':
      return placeOf(current, step.place)?.current === step.version;
    case 'create_container':
      return current.container !== undefined;
    case 'create_wrapping_key':
      return usableWrappingKey(kms, mount.clock.now()) !== undefined;
    default:
      if (!('to' in step)) return true;
      return placeOf(current, step.place)?.versions[step.version]?.state === step.to;
  }
}
