import { ProviderError } from '../errors.ts';

/** The failure to get a token, as one of the call that needed it: nothing of the call was sent, so it is never ambiguous. */
export function inCall(call: string, error: unknown): unknown {
  if (!(error instanceof ProviderError)) return error;
  const { reason, message, code } = error;
  return new ProviderError(reason, `${call}: ${message}`, { call, code });
}
