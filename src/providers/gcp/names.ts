import { ProviderError } from '../errors.ts';

/** A key ring: `projects/<project>/locations/<location>/keyRings/<ring>`. The project may be of a domain, `example.com:p`. */
const KEY_RING = /^projects\/[a-z0-9][a-z0-9:.-]{0,127}\/locations\/[a-z0-9-]{1,63}\/keyRings\/[a-zA-Z0-9_-]{1,63}$/;
/** The id of a version, as it is on record: `<CryptoKey>/<number>`. */
const VERSION_ID = /^([a-zA-Z0-9_-]{1,63})\/([1-9]\d{0,9})$/;
const LONGEST_ID = 63;
/** Longer than any name of an answer. */
const LONGEST_NAME = 512;
/** A name, by its project and what follows. */
const IN_PROJECT = /^projects\/([a-z0-9][a-z0-9:.-]{0,127})(\/.*)$/;

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

/** The project in a name of an answer, and what stands behind the key ring; undefined where it is not of the key ring. */
export function withinRing(
  name: unknown,
  ring: string,
): { readonly project: string; readonly rest: string } | undefined {
  if (typeof name !== 'string' || name.length > LONGEST_NAME) return undefined;
  const [, project = '', place] = IN_PROJECT.exec(name) ?? [];
  const [, asked = '', wanted = ''] = IN_PROJECT.exec(ring) ?? [];
  if (place?.startsWith(`${wanted}/`) !== true || !isSameProject(project, asked)) return undefined;
  return { project, rest: place.slice(wanted.length) };
}

/** A project has an id and a number, and a name may hold either. */
function isSameProject(one: string, other: string): boolean {
  const isNumber = /^\d+$/;
  return one === other || isNumber.test(one) !== isNumber.test(other);
}

/** The id of a CryptoKey of the key ring, in its name in an answer; undefined where it is none. */
export function keyIn(name: unknown, ring: string): string | undefined {
  return /^\/cryptoKeys\/([a-zA-Z0-9_-]{1,63})$/.exec(withinRing(name, ring)?.rest ?? '')?.[1];
}

/** The id of an import job of the key ring, in its name in an answer; undefined where it is none. */
export function importJobIdIn(name: unknown, ring: string): string | undefined {
  return /^\/importJobs\/([a-zA-Z0-9_-]{1,63})$/.exec(withinRing(name, ring)?.rest ?? '')?.[1];
}

/** The project and the number in the name of a version in an answer; undefined where it is not a version of the key. */
export function versionIn(
  name: unknown,
  ring: string,
  key: string,
): { readonly project: string; readonly number: string } | undefined {
  const { project = '', rest } = withinRing(name, ring) ?? {};
  const prefix = `/cryptoKeys/${key}/cryptoKeyVersions/`;
  if (rest?.startsWith(prefix) !== true) return undefined;
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

/**
 * Whether an import job is of the same KMS: its jobs differ by the time that they were made at.
 *
 * @param job - undefined for none, or one that is not of the key ring
 */
export function isJobOf(job: string | undefined, wrappingKey: string | undefined): boolean {
  if (job === undefined || wrappingKey === undefined) return false;
  const family = (id: string): string => id.replace(/-software$/, '').replace(/\d+$/, '');
  return (['HSM', 'SOFTWARE'] as const).some((level) => family(importJobId(wrappingKey, level)) === family(job));
}
