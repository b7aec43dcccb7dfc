import { ProviderError } from '../errors.ts';

/** A key ring: `projects/<project>/locations/<location>/keyRings/<ring>`. The project may be of a domain, `example.com:p`. */
const KEY_RING = /^projects\/[a-z0-9][a-z0-9:.-]{0,127}\/locations\/[a-z0-9-]{1,63}\/keyRings\/[a-zA-Z0-9_-]{1,63}$/;
/** The id of a version, as it is on record: `<CryptoKey>/<number>`. */
const VERSION_ID = /^([a-zA-Z0-9_-]{1,63})\/([1-9]\d{0,9})$/;
const LONGEST_ID = 63;

export function isKeyRing(text: string): boolean {
  return KEY_RING.test(text);
}

/** The full name of a CryptoKey of a key ring. */
export function keyName(ring: string, key: string): string {
  return `${ring}/cryptoKeys/${key}`;
}

/** A version, by its id. */
export interface VersionName {
  readonly key: string;
  readonly number: string;
}

/**
 * The parts of the id of a version.
 *
 * @throws {ProviderError} invalid_request for an id that the engine cannot have recorded
 */
export function versionName(call: string, id: string): VersionName {
  const [, key, number] = VERSION_ID.exec(id) ?? [];
  if (key !== undefined && number !== undefined) return { key, number };
  throw new ProviderError('invalid_request', `${call}: the recorded id is not that of a CryptoKeyVersion`, { call });
}

/** The project and the number in the name of a version in an answer; undefined where it is not a version of the key. */
export function versionIn(
  name: unknown,
  ring: string,
  key: string,
): { readonly project: string; readonly number: string } | undefined {
  if (typeof name !== 'string' || name.length > 512) return undefined;
  const [, project, rest] = /^projects\/([a-z0-9][a-z0-9:.-]{0,127})\/(.*)$/.exec(name) ?? [];
  const inRing = ring.replace(/^projects\/[^/]+\//, '');
  const prefix = `${inRing}/cryptoKeys/${key}/cryptoKeyVersions/`;
  if (project === undefined || rest?.startsWith(prefix) !== true) return undefined;
  const number = rest.slice(prefix.length);
  return /^[1-9]\d{0,9}$/.test(number) ? { project, number } : undefined;
}

/**
 * The id of an import job. The engine has one name for each KMS; a job imports into keys of one protection level only.
 * Names of KMS providers may have characters that ids of import jobs cannot have.
 */
export function importJobId(wrappingKey: string, level: 'HSM' | 'SOFTWARE'): string {
  const suffix = level === 'HSM' ? '' : '-software';
  // The end has the time, which tells jobs apart.
  return wrappingKey.replace(/[^a-zA-Z0-9_-]/g, '-').slice(suffix.length - LONGEST_ID) + suffix;
}

/** Whether an import job is of the same KMS: its jobs differ by the time that they were made at. */
export function isJobOf(job: string, wrappingKey: string): boolean {
  const family = (id: string): string => id.replace(/-software$/, '').replace(/\d+$/, '');
  return (['HSM', 'SOFTWARE'] as const).some((level) => family(importJobId(wrappingKey, level)) === family(job));
}
