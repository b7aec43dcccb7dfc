import type * as Sdk from '@aws-sdk/client-kms';

/** Distinguishes failures of requests that were sent from those of requests that could not be built. */
export interface SentRequests {
  watch(client: Sdk.KMSClient): void;
  /** Whether the error is of a request that may have been sent. */
  has(error: unknown): boolean;
}

export function sentRequests(): SentRequests {
  const failures = new WeakSet<object>();
  return {
    watch(client) {
      // The innermost middleware: an outer failure means a missing endpoint, credentials or signature.
      client.middlewareStack.add(
        (next) => async (args) => {
          try {
            return await next(args);
          } catch (error) {
            if (typeof error === 'object' && error !== null) failures.add(error);
            throw error;
          }
        },
        { step: 'deserialize', priority: 'high', name: 'sentRequests' },
      );
    },
    has: (error) => typeof error === 'object' && error !== null && failures.has(error),
  };
}
