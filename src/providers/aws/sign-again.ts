/** Error codes of a signature whose time is off, or that is rejected as invalid for that reason. */
const REFUSED = new Set([
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
]);

interface SignatureError extends Error {
  /** Set by the SDK when it has corrected its clock by the date of the response. */
  readonly $metadata?: { readonly clockSkewCorrected?: boolean };
}

/**
 * Sends a request, and repeats it once if AWS rejected it because of clock skew. AWS verifies the signature first, so the
 * rejected request had no effect.
 */
export async function signAgain<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof Error) || !REFUSED.has(error.name)) throw error;
    if ((error as SignatureError).$metadata?.clockSkewCorrected !== true) throw error;
    return request();
  }
}
