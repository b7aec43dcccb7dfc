import { withMaterial } from '../../crypto/key-material.ts';
import { ProviderError } from '../errors.ts';
import type { NameObservation, Performed, VersionObservation } from '../observation.ts';
import { ATTEMPT_LABEL, type Target } from '../port.ts';
import { HOME } from '../step.ts';
import { CREATE } from '../http/retry.ts';
import { gone, performed, type Account } from './account.ts';
import { keyTransferBlob, WRAPPING_ALGORITHM } from './byok.ts';
import { isSameKey, keyOpsOf, ktyOf, privateJwk, publicJwk, curveOf } from './jwk.ts';
import type { KeyVersion } from './key-bundle.ts';
import { isWrappingKeyGone, missing, WRAPPING_KEY_SPEC, wrappingKeyOf } from './wrapping-keys.ts';

export const VERSION_LABEL = 'vault-keymgmt-version';
/** Labels by which a key version is told from one of another mount, key or KMS. */
const OWNER_LABELS = ['vault-keymgmt-mount', 'vault-keymgmt-kms', 'vault-keymgmt-key'];

/** Whether the tags on a version are those of the distribution, as far as it has any. They prove nothing. */
export function isLabelledOurs({ tags }: Pick<KeyVersion, 'tags'>, target: Target): boolean {
  const expected = target.labels();
  return OWNER_LABELS.every((name) => expected[name] === undefined || tags[name] === expected[name]);
}

/** The version that a tag names. */
export function labelledVersion({ tags }: Pick<KeyVersion, 'tags'>): number {
  return Number(tags[VERSION_LABEL]);
}

/**
 * Whether a version in the vault holds the material of a version, in an HSM where it is to be: by its type and its public
 * key. Of a symmetric key a vault tells nothing but the labels.
 */
export async function holdsMaterialOf(
  target: Target,
  version: number,
  found: KeyVersion,
): Promise<boolean | 'labels only'> {
  if (found.kty !== ktyOf(target.keyType, target.protection)) return false;
  const expected = await withMaterial(await target.material(version), async (material) =>
    publicJwk(target.keyType, material),
  );
  return expected === undefined ? 'labels only' : isSameKey(expected, found.publicKey);
}

/**
 * The version on record whose material one that is not on record holds: the answer to its import was lost.
 *
 * @param byLabels - whether the labels do where there is no public key
 */
export async function copyOf(target: Target, newest: KeyVersion, byLabels: boolean): Promise<number | undefined> {
  const version = labelledVersion(newest);
  if (target.ours(HOME).includes(newest.id) || target.id(version, HOME) === undefined) return undefined;
  if (!isLabelledOurs(newest, target)) return undefined;
  const holds = await holdsMaterialOf(target, version, newest);
  return holds === true || (holds === 'labels only' && byLabels) ? version : undefined;
}

/**
 * Imports the material of a version: as a key transfer blob into an HSM, and else as JWK, which TLS alone protects. Not
 * repeatable: a second call makes a second version.
 *
 * @returns what was seen instead, where nothing was made
 */
export async function importVersion(
  account: Account,
  target: Target,
  { version, attempt, enabled }: { readonly version: number; readonly attempt: string; readonly enabled: boolean },
): Promise<Performed> {
  const { calls, retry, recent, signal } = account;
  const { distributedName: name, keyType, protection, wrappingKey = '' } = target;
  const isHsm = protection === 'hsm';
  const kek = isHsm ? await wrappingKeyOf(account, wrappingKey) : undefined;
  if (isHsm && !kek) return performed(false, undefined, missing(wrappingKey));
  const { key, expected } = await withMaterial(await target.material(version), async (material) => ({
    key: kek ? { crv: curveOf(keyType), key_hsm: keyTransferBlob(kek, material) } : privateJwk(material),
    expected: publicJwk(keyType, material),
  }));
  const kty = ktyOf(keyType, protection);
  const body = {
    key: { ...key, kty, key_ops: keyOpsOf(target.purposes) },
    attributes: { enabled },
    tags: { ...target.labels(version), [ATTEMPT_LABEL]: attempt },
  };
  try {
    const made = await retry(CREATE, () => calls.importKey(name, body, signal));
    if (made.kty !== kty || (expected !== undefined && !isSameKey(expected, made.publicKey))) {
      const text = `KeyImport: the vault answers with another key than that of version ${version}, which is ${kty}`;
      throw new ProviderError('unavailable', text, { call: 'KeyImport', ambiguous: true });
    }
    recent.add(name);
    recent.add(made.id);
    return {
      ...performed(true, made.requestId, seenVersion(version, made), seenName(version, made.id)),
      ...(kek && { imported: { wrappingAlgorithm: WRAPPING_ALGORITHM, wrappingKeySpec: WRAPPING_KEY_SPEC } }),
    };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.ambiguous) throw error;
    // The name is that of a key that was deleted: ours, or one that nobody could see.
    if (error.reason === 'already_exists') {
      const isOurs = target.ids(HOME).size > 0;
      const taken: NameObservation = { of: 'name', place: HOME, points: 'stranger' };
      return performed(false, undefined, gone(target), ...(isOurs ? [] : [taken]));
    }
    const isOfKek = isHsm && ['invalid_request', 'not_found', 'invalid_state'].includes(error.reason);
    if (isOfKek && (await isWrappingKeyGone(account, wrappingKey))) {
      return performed(false, undefined, missing(wrappingKey));
    }
    throw error;
  }
}

export function seenVersion(version: number, { id, enabled, kid, createdAt }: KeyVersion): VersionObservation {
  const created = createdAt === undefined ? {} : { created: new Date(createdAt).toISOString() };
  const state = enabled ? 'enabled' : 'disabled';
  return { of: 'version', version, place: HOME, id, state, facts: { resource: kid, ...created } };
}

export function seenName(version: number, id: string): NameObservation {
  return { of: 'name', place: HOME, points: version, id };
}
