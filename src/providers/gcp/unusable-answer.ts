import { ProviderError } from '../errors.ts';

/** A success whose answer does not fit to what was asked for. */
export function misfit(call: string, why: string): ProviderError {
  return new ProviderError('unavailable', `${call}: ${why}`, { call, ambiguous: true });
}

/** The answer to a call that changes nothing, which is of no use. */
export function unusable(call: string, why: string): ProviderError {
  return new ProviderError('unavailable', `${call}: ${why}`, { call });
}
