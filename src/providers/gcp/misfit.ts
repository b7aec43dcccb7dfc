import { ProviderError } from '../errors.ts';

/** A success whose answer does not fit to what was asked for. */
export function misfit(call: string, why: string): ProviderError {
  return new ProviderError('unavailable', `${call}: ${why}`, { call, ambiguous: true });
}
