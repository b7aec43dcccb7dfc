import { ProviderError, type ProviderErrorReason } from '../errors.ts';

/** Resolves to the call's result, or to undefined when the call fails for one of these reasons. */
export async function undefinedOn<T>(
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
