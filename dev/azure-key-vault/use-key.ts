import { forbidden } from './errors.ts';
import { findKey, findVersion } from './look-up.ts';
import type { OperationCall } from './operation.ts';
import type { KeyOperation, KeyVersion } from './state.ts';

/** Operations that work before `nbf` and after `exp` (Microsoft: about keys, "Date-time controlled operations"). */
const ANY_TIME: readonly KeyOperation[] = ['decrypt', 'unwrapKey', 'verify'];

/**
 * The version that a cryptographic operation is for.
 *
 * @throws {KeyVaultError} KeyNotFound; Forbidden, by `enabled`, `nbf`, `exp` and `key_ops`
 */
export function useKey(
  call: OperationCall,
  operation: KeyOperation,
): { readonly kid: string; readonly version: KeyVersion } {
  const { name } = findKey(call, call.name);
  const version = findVersion(call, call.name, call.version);
  const refuse = (what: string, inner: string): Error => forbidden(`Operation ${operation} is not ${what}.`, inner);
  if (!version.enabled) throw refuse('allowed on a disabled key', 'KeyDisabled');
  if (!ANY_TIME.includes(operation)) {
    if (version.notBefore !== undefined && call.now < version.notBefore) {
      throw refuse('allowed on a key that is not yet valid', 'KeyNotYetValid');
    }
    if (version.expires !== undefined && call.now >= version.expires) {
      throw refuse('allowed on an expired key', 'KeyExpired');
    }
  }
  if (!version.keyOps.includes(operation)) throw refuse('permitted on this key', 'KeyOperationForbidden');
  return { kid: `${call.url}/keys/${name}/${version.id}`, version };
}
