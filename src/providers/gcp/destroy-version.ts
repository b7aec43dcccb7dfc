import { ProviderError } from '../errors.ts';
import type { Observation, Performed } from '../observation.ts';
import type { Target } from '../port.ts';
import { CONSISTENT } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { allVersions } from './list-all.ts';
import { misfit } from './unusable-answer.ts';
import { isJobOf, versionName } from './names.ts';
import type { Steps } from './steps.ts';
import { isAlive, versionId } from './versions.ts';

const DESTROY = 'cryptoKeyVersions.destroy';

/** Schedules the destruction of a version. */
export async function destroyVersion(
  steps: Steps,
  id: string,
  seen: (state: 'removed' | 'unknown') => Observation,
): Promise<Performed> {
  const { calls, retry, signal } = steps;
  const { key, number } = versionName(DESTROY, id);
  try {
    const destroyed = await retry(CONSISTENT, () => calls.destroy(key, number, signal));
    if (isAlive(destroyed)) throw misfit(DESTROY, `${id} is not to be destroyed, as the answer says`);
    return { changed: true, seen: [seen('removed')] };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.reason === 'not_found') return { changed: false, seen: [seen('unknown')] };
    if (error.reason !== 'invalid_state') throw error;
    const found = (await allVersions(steps, key)).find((each) => each.number === number);
    if (found === undefined) return { changed: false, seen: [seen('unknown')] };
    if (!isAlive(found)) return { changed: false, seen: [seen('removed')] };
    if (found.state === 'PENDING_IMPORT') {
      throw new ProviderError('not_ready', `${DESTROY}: ${id} is being imported, and cannot be destroyed yet`, {
        call: DESTROY,
      });
    }
    throw error;
  }
}

/** Schedules the destruction of all that the engine has imported into a CryptoKey which it took for gone. */
export async function destroyAll(
  steps: Steps,
  key: string,
  target: Target,
  seen: (state: 'removed' | 'unknown') => Observation,
): Promise<Performed> {
  const all = await undefinedOn(['not_found'], () => allVersions(steps, key));
  if (all === undefined) return { changed: false, seen: [seen('unknown')] };
  const ours = all.filter((each) => isAlive(each) && isJobOf(each.importJob, target.wrappingKey));
  for (const { number } of ours) await destroyVersion(steps, versionId(key, number), seen);
  return { changed: ours.length > 0, seen: [seen('removed')] };
}
