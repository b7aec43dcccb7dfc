import type * as Sdk from '@aws-sdk/client-kms';

/** Tells the failures of requests that were handed to the network from those of requests that could not be made. */
export interface SentRequests {
  watch(client: Sdk.KMSClient): void;
  /** Whether this is what a request failed with that may have left the host. */
  has(error: unknown): boolean;
}

export function sentRequests(): SentRequests {
  const failures = new WeakSet<object>();
  return {
    watch(client) {
      // The innermost part of the SDK: what fails further out has no endpoint, no credentials or no signature.
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
