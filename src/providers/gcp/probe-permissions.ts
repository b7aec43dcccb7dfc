import { ProviderError } from '../errors.ts';
import { CONSISTENT, type Retry } from '../http/retry.ts';
import type { PermissionCheck, PermissionProbe } from '../port.ts';
import type { Calls } from './calls.ts';

/** The nine permissions of Vault's documentation, and those that the engine does without. */
const PERMISSIONS: readonly (readonly [permission: string, required: boolean])[] = [
  ['cloudkms.cryptoKeys.create', true],
  ['cloudkms.cryptoKeys.update', true],
  ['cloudkms.importJobs.create', true],
  ['cloudkms.importJobs.get', true],
  ['cloudkms.importJobs.useToImport', true],
  ['cloudkms.cryptoKeyVersions.list', true],
  ['cloudkms.cryptoKeyVersions.destroy', true],
  ['cloudkms.cryptoKeyVersions.update', true],
  ['cloudkms.cryptoKeyVersions.create', true],
  ['cloudkms.cryptoKeys.get', false],
  ['cloudkms.cryptoKeys.list', false],
];

/**
 * Asks which permissions the credentials have on the key ring (`testIamPermissions`, which takes none). What a role on
 * single CryptoKeys or an IAM condition on their names grants is not among them: such a permission is called `unknown`,
 * where the engine may have it all the same. Nothing is changed.
 */
export async function probePermissions(calls: Calls, retry: Retry, signal: AbortSignal): Promise<PermissionProbe> {
  signal.throwIfAborted();
  const { problem, ...credentials } = await calls.credentials(signal);
  signal.throwIfAborted();
  const proxy = calls.proxy();
  if (problem !== undefined) return { credentials, problem, proxy, permissions: [] };
  const names = PERMISSIONS.map(([permission]) => permission);
  const all = (grant: (permission: string) => Pick<PermissionCheck, 'granted' | 'why'>): readonly PermissionCheck[] =>
    PERMISSIONS.map(([permission, required]) => ({ permission, required, ...grant(permission) }));
  try {
    const granted = new Set(await retry(CONSISTENT, () => calls.testPermissions(names, signal)));
    return { credentials, problem, proxy, permissions: all((permission) => grantOf(permission, granted)) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProviderError)) throw error;
    const { reason, message: why } = error;
    if (reason === 'unauthenticated' || reason === 'invalid_request') {
      return { credentials, problem: why, proxy, permissions: [] };
    }
    return { credentials, problem, proxy, permissions: all(() => ({ granted: 'unknown', why })) };
  }
}

function grantOf(permission: string, granted: ReadonlySet<string>): Pick<PermissionCheck, 'granted' | 'why'> {
  if (granted.has(permission)) return { granted: 'yes' };
  // CryptoKeys and import jobs are made in the key ring, so these cannot be granted anywhere below it.
  if (/\.(cryptoKeys|importJobs)\.create$|\.cryptoKeys\.list$/.test(permission)) {
    return { granted: 'no', why: 'not granted on the key ring' };
  }
  const why = 'not granted on the key ring; a role on a CryptoKey, or one with a condition, may grant it';
  return { granted: 'unknown', why };
}
