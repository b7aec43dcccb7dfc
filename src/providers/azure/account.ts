import { ProviderError } from '../errors.ts';
import type { Observation, Performed } from '../observation.ts';
import type { Target } from '../port.ts';
import type { RecentIds } from '../http/recent-ids.ts';
import { CONSISTENT, WITHIN_WINDOW, type Retry } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import type { ExchangeKey } from './byok.ts';
import type { Calls } from './calls.ts';
import type { KeyVersion } from './key-bundle.ts';

/** What the calls of one operation share. */
export interface Account {
  readonly calls: Calls;
  /** Retries within the time budget of the operation. */
  readonly retry: Retry;
  /** Keys and versions that were made a moment ago, which a replica of the vault may not know yet. */
  readonly recent: RecentIds;
  /** Key exchange keys that the client has seen. One never changes: it is known by its version. */
  readonly wrappingKeys: Map<string, ExchangeKey>;
  /** Whether the time budget is spent, for what makes many requests that all succeed. */
  readonly isLate: () => boolean;
  readonly signal: AbortSignal;
}

/**
 * What there is of a version that is disabled, where a vault refuses to show it (403, KeyDisabled): Azure documents that of
 * secrets and not of keys, which it has been seen to show. Its labels and its public key are not known.
 */
export type Hidden = 'hidden';

/** @returns {@link Hidden} where the call is refused as the version is disabled */
export async function unlessHidden<T>(call: () => Promise<T>): Promise<T | Hidden> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'KeyDisabled') return 'hidden';
    throw error;
  }
}

export function hiddenText(what: string): string {
  return `${what} is disabled, and the vault does not show it: enable it there`;
}

export function isForbidden(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.reason === 'forbidden';
}

/** The newest version of a key; undefined where the vault knows no such key. */
export async function newestOf(
  { calls, retry, recent, signal }: Account,
  name: string,
): Promise<KeyVersion | Hidden | undefined> {
  const policy = recent.has(name) ? WITHIN_WINDOW : CONSISTENT;
  const look = (): Promise<KeyVersion | Hidden> => unlessHidden(() => calls.getKey(name, signal));
  return undefinedOn(['not_found'], () => retry(policy, look));
}

/** @param id - `<key name>/<version>` */
export async function versionOf(
  { calls, retry, recent, signal }: Account,
  id: string,
): Promise<KeyVersion | Hidden | undefined> {
  const policy = recent.has(id) ? WITHIN_WINDOW : CONSISTENT;
  const look = (): Promise<KeyVersion | Hidden> => unlessHidden(() => calls.getVersion(id, signal));
  return undefinedOn(['not_found'], () => retry(policy, look));
}

/**
 * Whether a key was deleted, and its name is taken for as long as it can be recovered. Where the credentials do not allow
 * looking (a Managed HSM has a data action of its own for it), an import tells.
 */
export async function isDeleted({ calls, retry, signal }: Account, name: string): Promise<boolean> {
  const look = (): Promise<unknown> => retry(CONSISTENT, () => calls.getDeletedKey(name, signal));
  return (await undefinedOn(['not_found', 'forbidden'], look)) !== undefined;
}

/** Enables or disables a version; undefined where the vault knows none. */
export async function switchVersion(
  { calls, retry, recent, signal }: Account,
  id: string,
  enabled: boolean,
): Promise<KeyVersion | undefined> {
  const policy = recent.has(id) ? WITHIN_WINDOW : CONSISTENT;
  const body = { attributes: { enabled } };
  const version = await undefinedOn(['not_found'], () => retry(policy, () => calls.updateVersion(id, body, signal)));
  if (version && version.enabled !== enabled) {
    throw new ProviderError('unavailable', `KeyUpdate: the vault did not ${enabled ? 'enable' : 'disable'} ${id}`, {
      call: 'KeyUpdate',
      ambiguous: true,
    });
  }
  return version;
}

/** The key that holds the versions is not there any more. */
export function gone({ distributedName: id }: Target): Observation {
  return { of: 'container', id, state: 'gone' };
}

export function performed(changed: boolean, requestId: string | undefined, ...seen: readonly Observation[]): Performed {
  return { changed, ...(requestId === undefined ? {} : { requestId }), seen };
}
