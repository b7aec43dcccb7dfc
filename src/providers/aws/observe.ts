import { ProviderError } from '../errors.ts';
import type { Unseen, VersionObservation } from '../port.ts';
import type { Calls } from './calls.ts';

/**
 * Asks for the state of a CMK (`DescribeKey`, which is not among the eleven permissions of Vault's documentation).
 * States that AWS passes through on its own (Creating, Updating) count as what they end in.
 */
export async function observeCmk(calls: Calls, KeyId: string, signal: AbortSignal): Promise<VersionObservation> {
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
      // Whoever answers may name any other.
      default:
        return { outcome: 'unreachable', why: 'DescribeKey: the KMS key is in no known state' };
    }
  } catch (error) {
    if (error instanceof ProviderError && error.reason === 'not_found') return { outcome: 'seen', state: 'deleted' };
    return unseen(error, signal);
  }
}

/** What a failed question says. @throws the error itself when it is none of the cloud's, or the signal has aborted */
export function unseen(error: unknown, signal: AbortSignal): Unseen {
  signal.throwIfAborted();
  if (!(error instanceof ProviderError)) throw error;
  return { outcome: error.reason === 'forbidden' ? 'forbidden' : 'unreachable', why: error.message };
}
