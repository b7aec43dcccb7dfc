import type { Observation, Performed } from '../observation.ts';
import type { Target } from '../port.ts';
import { CONSISTENT } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { HOME } from '../step.ts';
import { requireKind } from './algorithms.ts';
import type { CryptoKey } from './answers.ts';
import { fromCloudLabels, toCloudLabels } from './labels.ts';
import { misfit } from './unusable-answer.ts';
import type { Steps } from './steps.ts';

/**
 * Makes the CryptoKey. A name that is taken is ours only where its labels say so, which takes a permission beyond the
 * documented ones: otherwise another name is chosen, and what a lost answer has made stays behind without a version.
 */
export async function createKey({ calls, retry, signal }: Steps, target: Target): Promise<Performed> {
  const id = target.distributedName;
  const { purpose, algorithm } = requireKind(target);
  const protectionLevel = target.protection === 'hsm' ? 'HSM' : 'SOFTWARE';
  const ours = target.labels();
  const key = { purpose, algorithm, protectionLevel, labels: toCloudLabels(ours) } as const;
  const seen: Observation = { of: 'container', id, state: 'made' };
  const isAsAsked = (found: CryptoKey): boolean =>
    found.importOnly &&
    found.purpose === purpose &&
    found.algorithm === algorithm &&
    found.protectionLevel === protectionLevel;
  const made = await undefinedOn(['already_exists'], () => retry(CONSISTENT, () => calls.createKey(id, key, signal)));
  if (made !== undefined) {
    if (isAsAsked(made)) return { changed: true, seen: [seen] };
    throw misfit('cryptoKeys.create', 'the CryptoKey is of another kind than asked for');
  }
  const there = await undefinedOn(['forbidden', 'not_found'], () => retry(CONSISTENT, () => calls.getKey(id, signal)));
  const labels = there && fromCloudLabels(there.labels);
  const isOurs =
    there !== undefined && isAsAsked(there) && Object.entries(ours).every(([name, value]) => labels?.[name] === value);
  return { changed: false, seen: [isOurs ? seen : { of: 'name', place: HOME, points: 'stranger' }] };
}
