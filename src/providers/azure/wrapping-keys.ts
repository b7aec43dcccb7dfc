import { ProviderError } from '../errors.ts';
import type { Observation, Performed } from '../observation.ts';
import type { Target } from '../port.ts';
import { CONSISTENT, CREATE } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { newestOf, performed, versionOf, type Account } from './account.ts';
import type { ExchangeKey } from './byok.ts';
import type { KeyVersion } from './key-bundle.ts';

const KEY_SIZE = 4096;
export const WRAPPING_KEY_SPEC = `RSA_${KEY_SIZE}`;
const MOUNT_LABEL = 'vault-keymgmt-mount';

/**
 * Makes the key exchange key under the name that the engine has recorded: RSA in the HSM, for `import` and nothing else, so
 * that no one can unwrap with it (Microsoft, "Bring your own key specification", step 1). What is reported is
 * `<name>/<version>`: another version of it, by whomever, is never wrapped with.
 */
export async function createWrappingKey(account: Account, target: Target): Promise<Performed> {
  const { calls, retry, signal } = account;
  const recorded = target.wrappingKey ?? '';
  const name = keyNameOf(recorded);
  const existing = await newestOf(account, name);
  if (existing) {
    // The answer to an earlier call was lost, unless it is somebody else's.
    const isOurs = existing.tags[MOUNT_LABEL] === target.labels()[MOUNT_LABEL];
    return isOurs && exchangeKeyIn(existing)
      ? performed(false, undefined, ready(existing))
      : performed(false, undefined, missing(recorded));
  }
  const body = { kty: 'RSA-HSM', key_size: KEY_SIZE, key_ops: ['import'], attributes: {}, tags: target.labels() };
  const made = await undefinedOn(['already_exists'], () => retry(CREATE, () => calls.createKey(name, body, signal)));
  // Its name was deleted meanwhile, and is not free for months.
  if (!made) return performed(false, undefined, missing(recorded));
  account.recent.add(made.id);
  return performed(true, made.requestId, ready(made));
}

/** The recorded KEK; undefined where it is not there any more. @throws {ProviderError} where it may not be used */
export async function wrappingKeyOf(account: Account, recorded: string): Promise<ExchangeKey | undefined> {
  const known = account.wrappingKeys.get(recorded);
  if (known) return known;
  const found = await versionOf(account, recorded);
  if (!found) return undefined;
  if (!found.enabled) {
    const text = `KeyImport: the key exchange key ${recorded} is disabled: enable it, or delete it to have another one made`;
    throw new ProviderError('invalid_state', text, { call: 'KeyImport' });
  }
  const key = exchangeKeyIn(found);
  if (!key) {
    const text = `KeyImport: ${recorded} is no key exchange key (RSA-HSM, with the operation import only): delete it to have another one made`;
    throw new ProviderError('invalid_state', text, { call: 'KeyImport' });
  }
  account.wrappingKeys.set(recorded, key);
  return key;
}

/** Whether a KEK that was used is there no more; asked where an import was refused. */
export async function isWrappingKeyGone(
  { calls, retry, wrappingKeys, signal }: Account,
  recorded: string,
): Promise<boolean> {
  wrappingKeys.delete(recorded);
  const found = await undefinedOn(['not_found'], () => retry(CONSISTENT, () => calls.getVersion(recorded, signal)));
  return found === undefined;
}

/** Somebody has deleted the key exchange key, or its name is not ours. */
export function missing(name: string): Observation {
  return { of: 'wrapping_key', name, state: 'gone' };
}

function ready({ id }: KeyVersion): Observation {
  return { of: 'wrapping_key', name: id, state: 'ready' };
}

function exchangeKeyIn({ kid, kty, keyOps, publicKey: { n, e } }: KeyVersion): ExchangeKey | undefined {
  const isKek = kty === 'RSA-HSM' && keyOps.length === 1 && keyOps[0] === 'import';
  return isKek && n !== undefined && e !== undefined ? { kid, n, e } : undefined;
}

/** A name that Azure takes: that of a KMS may hold `_` and `.`. */
function keyNameOf(recorded: string): string {
  return recorded
    .replace(/\/.*$/, '')
    .replace(/[^0-9A-Za-z-]/g, '-')
    .slice(-127);
}
