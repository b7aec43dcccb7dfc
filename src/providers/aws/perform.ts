import { withMaterial } from '../../crypto/key-material.ts';
import { ProviderError } from '../errors.ts';
import type { Observation, Performed } from '../observation.ts';
import type { Target } from '../port.ts';
import { HOME, type RepeatableStep } from '../step.ts';
import { aliasOf, type Aliases } from './aliases.ts';
import type { Answer, Calls } from './calls.ts';
import { requireKeyId } from './ids.ts';
import { importFacts, importMaterial } from './import-material.ts';
import type { RecentIds } from '../http/recent-ids.ts';
import { performed, receiptOf } from './receipt.ts';
import { retryWithin, UNKNOWN_AGE, type RetryDependencies } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';

/** How long a missing KMS key of unknown age is retried before it is treated as deleted. */
const UNKNOWN_AGE_MS = 2_000;

/** What the steps of one operation share. */
export interface Steps {
  readonly calls: Calls;
  readonly aliases: Aliases;
  readonly recent: RecentIds;
  readonly dependencies: RetryDependencies;
  /** Repeats a request about a KMS key, by how old that is. */
  readonly retry: (id: string) => <T>(request: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
}

/** Performs a step of {@link planAws} that may be repeated. */
export async function performStep(steps: Steps, step: RepeatableStep, target: Target): Promise<Performed> {
  switch (step.action) {
    case 'import':
      return importVersion(steps, step.version, target);
    case 'enable':
    case 'disable':
      return switchVersion(steps, step.action, step.version, target);
    case 'set_current':
      return pointAlias(steps, step.version, target);
    case 'remove_name': {
      const { distributedName } = target;
      const receipt = await steps.aliases.remove(aliasOf(distributedName), target.ours(HOME));
      return { ...receipt, seen: [{ of: 'name', place: HOME, points: 'removed' }] };
    }
    case 'remove': {
      const { version, place } = step;
      return removeKey(steps, idOf(target, version), (state) => ({ of: 'version', version, place, state }));
    }
    case 'remove_replaced': {
      const { id = '' } = step;
      return removeKey(steps, id, (state) => ({ of: 'replaced', id, state }));
    }
    case 'await':
    case 'replicate':
    case 'create_wrapping_key':
    case 'create_container':
    case 'remove_container':
      throw new Error(`AWS KMS has no step ${step.action}`);
  }
}

async function importVersion(steps: Steps, version: number, target: Target): Promise<Performed> {
  const id = idOf(target, version);
  requireKeyId('ImportKeyMaterial', id);
  const answer = await withMaterial(await target.material(version), (material) =>
    importMaterial(steps.calls, steps.retry(id), id, material, steps.signal),
  );
  steps.recent.add(id);
  const seen = { of: 'version', version, place: HOME, id, state: 'enabled' } as const;
  return { ...performed(answer, seen), imported: importFacts(answer) };
}

async function switchVersion(
  { calls, retry, signal }: Steps,
  action: 'enable' | 'disable',
  version: number,
  target: Target,
): Promise<Performed> {
  const KeyId = idOf(target, version);
  const [name, call, state] =
    action === 'enable'
      ? (['EnableKey', calls.enableKey, 'enabled'] as const)
      : (['DisableKey', calls.disableKey, 'disabled'] as const);
  requireKeyId(name, KeyId);
  const answer = await retry(KeyId)(() => call({ KeyId }, signal));
  return performed(answer, { of: 'version', version, place: HOME, id: KeyId, state });
}

async function pointAlias({ aliases }: Steps, version: number, target: Target): Promise<Performed> {
  const id = idOf(target, version);
  requireKeyId('UpdateAlias', id);
  const { distributedName, ownsName: owned } = target;
  try {
    const claim = { owned, ours: target.ours(HOME) };
    const { taken, ...receipt } = await aliases.point(aliasOf(distributedName), id, claim);
    return { ...receipt, seen: [{ of: 'name', place: HOME, points: version, id, taken }] };
  } catch (error) {
    if (owned || !(error instanceof ProviderError) || error.reason !== 'already_exists') throw error;
    return { changed: false, seen: [{ of: 'name', place: HOME, points: 'stranger' }] };
  }
}

/** Schedules the deletion of a KMS key (`ScheduleKeyDeletion`). */
export async function removeKey(
  { calls, recent, dependencies, retry, signal }: Steps,
  KeyId: string,
  seen: (state: 'removed' | 'unknown') => Observation,
): Promise<Performed> {
  requireKeyId('ScheduleKeyDeletion', KeyId);
  const schedule = (): Promise<Answer> => calls.scheduleKeyDeletion({ KeyId }, signal);
  // Deletion takes at least seven days, so a KMS key within the consistency window exists even if it is not found.
  if (recent.has(KeyId)) {
    return performed(await undefinedOn(['pending_deletion'], () => retry(KeyId)(schedule)), seen('removed'));
  }
  try {
    // A previous process may have created it within the consistency window.
    const retryNotFound = retryWithin(UNKNOWN_AGE_MS, dependencies, signal);
    const answer = await undefinedOn(['pending_deletion'], () =>
      retry(KeyId)(() => retryNotFound(UNKNOWN_AGE, schedule)),
    );
    return performed(answer, seen('removed'));
  } catch (error) {
    if (error instanceof ProviderError && error.reason === 'not_found') {
      return { ...receiptOf(undefined), seen: [seen('unknown')] };
    }
    throw error;
  }
}

function idOf(target: Target, version: number): string {
  const id = target.id(version, HOME);
  if (id === undefined) throw new Error(`version ${version} is not known to exist`);
  return id;
}
