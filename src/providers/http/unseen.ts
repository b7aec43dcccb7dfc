import { ProviderError } from '../errors.ts';
import type { Unseen } from '../observation.ts';

/** Maps a failed read to an observation. @throws the error itself if it is not a ProviderError, or the signal is aborted */
export function unseen(error: unknown, signal: AbortSignal): Unseen {
  signal.throwIfAborted();
  if (!(error instanceof ProviderError)) throw error;
  return { outcome: error.reason === 'forbidden' ? 'forbidden' : 'unreachable', why: error.message };
}
