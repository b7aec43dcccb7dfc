import { ProviderError } from '../errors.ts';
import type { Observation, Performed } from '../observation.ts';
import type { Target } from '../port.ts';
import { CONSISTENT, CREATE } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { newestOf, performed, unlessHidden, versionOf, type Account } from './account.ts';
import type { ExchangeKey } from './byok.ts';
import type { KeyVersion } from './key-bundle.ts';

const KEY_SIZE = 4096;
export const WRAPPING_KEY_SPEC = `RSA_${KEY_SIZE}`;
const IS_KEK = `RSA-HSM of ${KEY_SIZE} bits, with the operation import only, and cannot be exported`;
/** The smallest public exponent that FIPS 186-5 (appendix A.1.1) allows. */
const SMALLEST_EXPONENT = 65_537n;

/**
 * Makes the key exchange key under the name that the engine has recorded: RSA in the HSM, for `import` and nothing else, so
 * that no one can unwrap with it (Microsoft, "Bring your own key specification", step 1). What is reported is
 * `<name>/<version>`: another version of it, by whomever, is never wrapped with.
 *
 * Only the answer to the request that makes it says which one that is. One that is there already may be what a lost answer
 * has left, or planted by somebody who keeps its private key: name and tags can be chosen by whoever may import. It is left
 * alone, and another one is made.
 */
export async function createWrappingKey(account: Account, target: Target): Promise<Performed> {
  const { calls, retry, signal } = account;
  const recorded = target.wrappingKey ?? '';
  const name = keyNameOf(recorded);
  if ((await newestOf(account, name)) !== undefined) return performed(false, undefined, missing(recorded));
  const body = { kty: 'RSA-HSM', key_size: KEY_SIZE, key_ops: ['import'], attributes: {}, tags: target.labels() };
  const made = await undefinedOn(['already_exists'], () => retry(CREATE, () => calls.createKey(name, body, signal)));
  // Its name was deleted meanwhile, and is not free for months.
  if (!made) return performed(false, undefined, missing(recorded));
  if (!exchangeKeyIn(made)) {
    const text = `KeyCreate: the vault answers with a key that is no key exchange key, which is ${IS_KEK}`;
    throw new ProviderError('unavailable', text, { call: 'KeyCreate', ambiguous: true });
  }
  account.recent.add(made.id);
  return performed(true, made.requestId, ready(made));
}

/** The recorded KEK; undefined where it is not there any more. @throws {ProviderError} where it may not be used */
export async function wrappingKeyOf(account: Account, recorded: string): Promise<ExchangeKey | undefined> {
  const known = account.wrappingKeys.get(recorded);
  if (known) return known;
  const found = await versionOf(account, recorded);
  if (!found) return undefined;
  if (found === 'hidden' || !found.enabled) {
    const text = `KeyImport: the key exchange key ${recorded} is disabled: enable it, or delete it to have another one made`;
    throw new ProviderError('invalid_state', text, { call: 'KeyImport' });
  }
  const key = exchangeKeyIn(found);
  if (!key) {
    const text = `KeyImport: ${recorded} is no key exchange key, which is ${IS_KEK}: delete it to have another one made`;
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
  const look = (): Promise<unknown> => unlessHidden(() => calls.getVersion(recorded, signal));
  const found = await undefinedOn(['not_found'], () => retry(CONSISTENT, look));
  return found === undefined;
}

/** Somebody has deleted the key exchange key, or its name is not ours. */
export function missing(name: string): Observation {
  return { of: 'wrapping_key', name, state: 'gone' };
}

function ready({ id }: KeyVersion): Observation {
  return { of: 'wrapping_key', name: id, state: 'ready' };
}

function exchangeKeyIn({ kid, kty, keyOps, exportable, publicKey: { n, e } }: KeyVersion): ExchangeKey | undefined {
  const isForImport = kty === 'RSA-HSM' && keyOps.length === 1 && keyOps[0] === 'import' && !exportable;
  return isForImport && n !== undefined && e !== undefined && isStrong(n, e) ? { kid, n, e } : undefined;
}

/** Whether a public key is one that was asked for. With another exponent what is wrapped may be readable, as with 1. */
function isStrong(n: string, e: string): boolean {
  const [modulus, exponent] = [numberOf(n), numberOf(e)];
  const isOdd = modulus % 2n === 1n && exponent % 2n === 1n;
  return isOdd && modulus.toString(2).length === KEY_SIZE && exponent >= SMALLEST_EXPONENT && exponent < modulus;
}

function numberOf(text: string): bigint {
  return BigInt(`0x0${Buffer.from(text, 'base64url').toString('hex')}`);
}

/** A name that Azure takes: that of a KMS may hold `_` and `.`. */
function keyNameOf(recorded: string): string {
  return recorded
    .replace(/\/.*$/, '')
    .replace(/[^0-9A-Za-z-]/g, '-')
    .slice(-127);
}
