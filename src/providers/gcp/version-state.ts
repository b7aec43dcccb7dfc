import { ProviderError } from '../errors.ts';
import type { VersionObservation } from '../observation.ts';
import { HOME } from '../step.ts';
import type { CryptoKeyVersion } from './answers.ts';
import { allVersions, type Listing } from './list-all.ts';
import { misfit } from './unusable-answer.ts';
import { versionName } from './names.ts';
import { seenVersion } from './versions.ts';

/** A version, with what is said of it. */
export interface Found {
  readonly found: CryptoKeyVersion | undefined;
  readonly seen: VersionObservation;
}

/** Asks for the state of a version, by the list: reading a single one is not among the documented permissions. */
export async function stateOf(steps: Listing, version: number, id: string, call: string): Promise<Found> {
  const { key, number } = versionName(call, id);
  const found = (await allVersions(steps, key)).find((each) => each.number === number);
  if (found === undefined) return { found, seen: { of: 'version', version, place: HOME, id, state: 'gone' } };
  return { found, seen: known(seenVersion(version, key, found), call) };
}

/**
 * What a version is whose state does not permit a call.
 *
 * @throws the error itself where it is another one, or the version can be used
 */
export async function unlessUsable(
  steps: Listing,
  error: unknown,
  version: number,
  id: string,
  call: string,
): Promise<Found> {
  if (!(error instanceof ProviderError) || error.reason !== 'invalid_state') throw error;
  const found = await stateOf(steps, version, id, call);
  const { state } = found.seen;
  if (state === 'pending_deletion') throw pendingDeletion(call, id);
  if (state === 'enabled' || state === 'disabled') throw error;
  return found;
}

/** @throws {ProviderError} unavailable for a version in a state that the engine does not know */
export function known(seen: VersionObservation | undefined, call: string): VersionObservation {
  if (seen !== undefined) return seen;
  throw misfit(call, 'the CryptoKeyVersion is in an unknown state');
}

export function pendingDeletion(call: string, id: string): ProviderError {
  return new ProviderError('pending_deletion', `${call}: ${id} is scheduled for destruction`, { call });
}
