import type { RemoteFacts, VersionObservation } from '../observation.ts';
import type { Target } from '../port.ts';
import { HOME } from '../step.ts';
import type { CryptoKeyVersion, State } from './answers.ts';

/** What a state means. The same material can be imported again into a number whose import failed, or that is destroyed. */
const STATES: Readonly<Record<State, VersionObservation['state']>> = {
  PENDING_IMPORT: 'pending',
  ENABLED: 'enabled',
  DISABLED: 'disabled',
  IMPORT_FAILED: 'created',
  DESTROYED: 'created',
  DESTROY_SCHEDULED: 'pending_deletion',
};

/** What a version of an answer is; undefined where its state is one that the engine does not know. */
export function seenVersion(
  version: number,
  key: string,
  { number, state }: CryptoKeyVersion,
): VersionObservation | undefined {
  return state && { of: 'version', version, place: HOME, id: versionId(key, number), state: STATES[state] };
}

/** The id that a version has on record. */
export function versionId(key: string, number: string): string {
  return `${key}/${number}`;
}

export function idOf(target: Target, version: number): string {
  const id = target.id(version, HOME);
  if (id === undefined) throw new Error(`version ${version} is not known to exist`);
  return id;
}

/** Whether there is anything that could still be used, or be restored by nobody but us. */
export function isAlive({ state }: CryptoKeyVersion): boolean {
  return state !== 'DESTROY_SCHEDULED' && state !== 'DESTROYED' && state !== 'IMPORT_FAILED';
}

/** The versions of a CryptoKey that can be used or restored, and are on no record. */
export function unrecordedOf(
  all: readonly CryptoKeyVersion[],
  key: string,
  target: Pick<Target, 'ours'> | undefined,
): readonly CryptoKeyVersion[] {
  const recorded = target?.ours(HOME) ?? [];
  return all.filter((each) => isAlive(each) && !recorded.includes(versionId(key, each.number)));
}

export function factsOf({ name, project, createdAt }: CryptoKeyVersion): RemoteFacts {
  return {
    resource: name,
    account: project,
    ...(createdAt !== undefined && { created: new Date(createdAt).toISOString() }),
  };
}
