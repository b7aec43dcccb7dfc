import { ProviderError, type ProviderErrorReason } from '../errors.ts';

/** The call's answer, or undefined when it fails for one of these reasons. */
export async function unless<T>(
  reasons: readonly ProviderErrorReason[],
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProviderError && reasons.includes(error.reason)) return undefined;
    throw error;
  }
}
