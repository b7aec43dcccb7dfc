/** Refusals of a signature that is too old or too young, or that is taken for a wrong one therefore. */
const REFUSED = new Set([
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
]);

interface SignatureError extends Error {
  /** The SDK's word that the answer told it of a clock that is minutes off, by which it signs from now on. */
  readonly $metadata?: { readonly clockSkewCorrected?: boolean };
}

/**
 * Makes a request, once more where AWS refused the first one because of this machine's clock. AWS looks at the signature
 * before anything else, so that the first one had no effect.
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
