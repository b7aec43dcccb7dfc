import { ProviderError } from '../errors.ts';
import type { Unseen, VersionObservation } from '../port.ts';
import type { Calls } from './calls.ts';

/**
 * Reads the state of a KMS key (`DescribeKey`, which is not among the eleven permissions of Vault's documentation).
 * `Creating` is reported as missing material, which it becomes; `Updating` and `Unavailable` are transient.
 */
export async function observeKey(calls: Calls, KeyId: string, signal: AbortSignal): Promise<VersionObservation> {
  try {
    const { KeyMetadata } = await calls.describeKey({ KeyId }, signal);
    switch (KeyMetadata?.KeyState) {
      case 'Enabled':
        return { outcome: 'seen', state: 'enabled' };
      case 'Disabled':
        return { outcome: 'seen', state: 'disabled' };
      case 'PendingImport':
      case 'Creating':
        return { outcome: 'seen', state: 'missing_material' };
      case 'PendingDeletion':
      case 'PendingReplicaDeletion':
        return { outcome: 'seen', state: 'pending_deletion' };
      case 'Unavailable':
      case 'Updating':
        return { outcome: 'unreachable', why: `DescribeKey: the KMS key is ${KeyMetadata.KeyState}` };
      // AWS may add states, and an endpoint may return anything.
      default:
        return { outcome: 'unreachable', why: 'DescribeKey: the KMS key is in an unknown state' };
    }
  } catch (error) {
    if (error instanceof ProviderError && error.reason === 'not_found') return { outcome: 'seen', state: 'deleted' };
    return unseen(error, signal);
  }
}

/** Maps a failed read to an observation. @throws the error itself if it is not a ProviderError, or the signal is aborted */
export function unseen(error: unknown, signal: AbortSignal): Unseen {
  signal.throwIfAborted();
  if (!(error instanceof ProviderError)) throw error;
  return { outcome: error.reason === 'forbidden' ? 'forbidden' : 'unreachable', why: error.message };
}
