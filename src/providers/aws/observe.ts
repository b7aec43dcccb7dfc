import { unseen } from '../http/unseen.ts';
import { ProviderError } from '../errors.ts';
import type { NameObservation, Seen, Unseen, VersionObservation } from '../observation.ts';
import type { Target } from '../port.ts';
import { HOME } from '../step.ts';
import { aliasOf, type Aliases } from './aliases.ts';
import type { Calls } from './calls.ts';
import { remoteFacts } from './remote-facts.ts';

/** `DescribeKey` calls under way at a time; AWS allows thousands a second, for all clients of an account. */
const CONCURRENCY = 8;

export interface ObserveCalls {
  readonly calls: Calls;
  readonly aliases: Aliases;
  readonly region: string;
}

/** Reads the state of all KMS keys of a distribution, and of its alias. */
export async function observeAll(
  { calls, aliases, region }: ObserveCalls,
  target: Target,
  signal: AbortSignal,
): Promise<Seen> {
  const ids = [...target.ids(HOME)];
  const versions: Seen['versions'][number][] = [];
  for (let start = 0; start < ids.length; start += CONCURRENCY) {
    const batch = ids.slice(start, start + CONCURRENCY);
    const answers = await Promise.all(batch.map(([version, id]) => observeKey(calls, region, version, id, signal)));
    versions.push(...answers);
    const [first] = versions;
    // An endpoint that answers nothing is not asked for the rest, nor for the alias, which takes more than one call.
    if (first && versions.every((each) => 'outcome' in each && each.outcome === 'unreachable') && 'outcome' in first) {
      const { outcome, why } = first;
      const rest = ids.slice(start + CONCURRENCY).map(([version]) => ({ version, place: HOME, outcome, why }));
      return { versions: [...versions, ...rest], names: [{ place: HOME, outcome, why }], others: [] };
    }
  }
  const name = await observeName(aliases, target, signal);
  return { versions, names: ['outcome' in name ? { ...name, place: HOME } : name], others: [] };
}

/**
 * Reads the state of a KMS key (`DescribeKey`, which is not among the eleven permissions of Vault's documentation).
 * `Creating` is reported as holding no material, which it becomes; `Updating` and `Unavailable` are transient.
 */
async function observeKey(
  calls: Calls,
  region: string,
  version: number,
  KeyId: string,
  signal: AbortSignal,
): Promise<Seen['versions'][number]> {
  const at = { of: 'version', version, place: HOME, id: KeyId } as const;
  const unreachable = (why: string): Seen['versions'][number] => ({
    version,
    place: HOME,
    outcome: 'unreachable',
    why,
  });
  try {
    const { KeyMetadata } = await calls.describeKey({ KeyId }, signal);
    const facts = KeyMetadata && remoteFacts(KeyMetadata, region);
    const seen = (state: VersionObservation['state']): VersionObservation => ({
      ...at,
      state,
      ...(facts && { facts }),
    });
    switch (KeyMetadata?.KeyState) {
      case 'Enabled':
        return seen('enabled');
      case 'Disabled':
        return seen('disabled');
      case 'PendingImport':
      case 'Creating':
        return seen('created');
      case 'PendingDeletion':
      case 'PendingReplicaDeletion':
        return seen('pending_deletion');
      case 'Unavailable':
      case 'Updating':
        return unreachable(`DescribeKey: the KMS key is ${KeyMetadata.KeyState}`);
      // AWS may add states, and an endpoint may return anything.
      default:
        return unreachable('DescribeKey: the KMS key is in an unknown state');
    }
  } catch (error) {
    if (error instanceof ProviderError && error.reason === 'not_found') return { ...at, state: 'gone' };
    return { version, place: HOME, ...unseen(error, signal) };
  }
}

/** Reads where the alias of a distribution points to. */
export async function observeName(
  aliases: Aliases,
  target: Target,
  signal: AbortSignal,
): Promise<NameObservation | Unseen> {
  const name = { of: 'name', place: HOME } as const;
  try {
    const { id, holder } = await aliases.observe(aliasOf(target.distributedName), target.ours(HOME));
    if (holder) return { ...name, points: 'stranger', holder };
    if (id === undefined) return { ...name, points: 'nowhere' };
    const version = [...target.ids(HOME)].find(([, known]) => known === id)?.[0];
    return { ...name, points: version ?? 'replaced', id };
  } catch (error) {
    return unseen(error, signal);
  }
}
