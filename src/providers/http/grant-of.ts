import { ProviderError } from '../errors.ts';
import type { PermissionCheck } from '../port.ts';

/** How a call that is tried out fails; undefined where it succeeds. */
export async function failureOf(call: () => Promise<unknown>, signal: AbortSignal): Promise<ProviderError | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProviderError) return error;
    throw error;
  }
}

/**
 * What the outcome of a call on something that is not there says of the permission for it.
 *
 * @param isProof - whether the error is one of the cloud itself: a web server or proxy may return the same status
 */
export function grantOf(
  error: ProviderError | undefined,
  isProof: (error: ProviderError) => boolean,
): Pick<PermissionCheck, 'granted' | 'why'> {
  if (error === undefined) return { granted: 'yes' };
  if (!isProof(error)) return { granted: 'unknown', why: error.message };
  switch (error.reason) {
    case 'not_found':
    case 'invalid_request':
    case 'invalid_state':
    case 'pending_deletion':
    case 'already_exists':
      return { granted: 'yes' };
    case 'forbidden':
      return { granted: 'no', why: error.message };
    case 'unauthenticated':
    case 'throttled':
    case 'not_ready':
    case 'timeout':
    case 'unavailable':
      return { granted: 'unknown', why: error.message };
  }
}
