import { memberOf, objectsIn, textIn } from './members.ts';
import { versionIn } from './names.ts';

/** States of a CryptoKeyVersion (Cloud KMS API) that an imported version can have. */
const STATES = ['PENDING_IMPORT', 'ENABLED', 'DISABLED', 'DESTROYED', 'DESTROY_SCHEDULED', 'IMPORT_FAILED'] as const;
export type State = (typeof STATES)[number];

/** What is read of a CryptoKeyVersion. */
export interface CryptoKeyVersion {
  readonly name: string;
  readonly project: string;
  readonly number: string;
  /** Undefined: one that the engine does not know. */
  readonly state: State | undefined;
  /** Id of the import job that it came by. */
  readonly importJob: string | undefined;
  readonly importFailureReason: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number | undefined;
}

/** What is read of a CryptoKey. */
export interface CryptoKey {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Number of the primary version. */
  readonly primary: string | undefined;
  readonly importOnly: boolean;
}

/** What is read of an ImportJob. */
export interface ImportJob {
  readonly state: 'PENDING_GENERATION' | 'ACTIVE' | 'EXPIRED';
  /** PEM, of one that is active. */
  readonly publicKey: string | undefined;
  /** RFC 3339, as we write it. */
  readonly expires: string | undefined;
  readonly protectionLevel: string | undefined;
  readonly importMethod: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
  /** How many items have a name that is none of the key ring's. */
  readonly unreadable: number;
}

/** Cloud KMS takes 64 labels. */
const MOST_LABELS = 64;

/** What is read of a version; undefined where its name is not that of a version of the key. */
export function versionInAnswer(json: unknown, ring: string, key: string): CryptoKeyVersion | undefined {
  const name = textIn(json, 'name', 512);
  const found = versionIn(name, ring, key);
  if (name === undefined || found === undefined) return undefined;
  const state = memberOf(json, 'state');
  return {
    name,
    ...found,
    state: STATES.find((each) => each === state),
    importJob: /\/importJobs\/([a-zA-Z0-9_-]{1,63})$/.exec(textIn(json, 'importJob') ?? '')?.[1],
    importFailureReason: textIn(json, 'importFailureReason'),
    createdAt: timeIn(json, 'createTime'),
  };
}

export function versionPage(json: unknown, ring: string, key: string): Page<CryptoKeyVersion> | undefined {
  return page(json, 'cryptoKeyVersions', (each) => versionInAnswer(each, ring, key));
}

export function cryptoKeyIn(json: unknown, ring: string): CryptoKey | undefined {
  const inRing = ring.replace(/^projects\/[^/]+/, '');
  const [, where, id] =
    /^projects\/[^/]+(\/.*)\/cryptoKeys\/([a-zA-Z0-9_-]{1,63})$/.exec(textIn(json, 'name', 512) ?? '') ?? [];
  if (id === undefined || where !== inRing) return undefined;
  const given = Object.entries(memberOf(json, 'labels') ?? {}).slice(0, MOST_LABELS);
  const labels = given.filter((each): each is [string, string] => typeof each[1] === 'string' && each[1].length <= 256);
  return {
    id,
    labels: Object.fromEntries(labels),
    primary: versionIn(memberOf(memberOf(json, 'primary'), 'name'), ring, id)?.number,
    importOnly: memberOf(json, 'importOnly') === true,
  };
}

export function cryptoKeyPage(json: unknown, ring: string): Page<CryptoKey> | undefined {
  return page(json, 'cryptoKeys', (each) => cryptoKeyIn(each, ring));
}

export function importJobIn(json: unknown): ImportJob | undefined {
  const state = memberOf(json, 'state');
  if (state !== 'PENDING_GENERATION' && state !== 'ACTIVE' && state !== 'EXPIRED') return undefined;
  const expires = timeIn(json, 'expireTime');
  return {
    state,
    publicKey: textIn(memberOf(json, 'publicKey'), 'pem', 4_096),
    expires: expires === undefined ? undefined : new Date(expires).toISOString(),
    protectionLevel: textIn(json, 'protectionLevel', 64),
    importMethod: textIn(json, 'importMethod', 64),
  };
}

/** Members of an answer of testIamPermissions; none where all are denied. */
export function permissionsIn(json: unknown): readonly string[] | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const list = memberOf(json, 'permissions') ?? [];
  return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : undefined;
}

function page<T>(json: unknown, name: string, read: (each: unknown) => T | undefined): Page<T> | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const all = objectsIn(json, name);
  const items = all.flatMap((each) => read(each) ?? []);
  return { items, next: textIn(json, 'nextPageToken', 4_096) || undefined, unreadable: all.length - items.length };
}

function timeIn(json: unknown, name: string): number | undefined {
  const time = Date.parse(textIn(json, name, 64) ?? '');
  return Number.isNaN(time) ? undefined : time;
}
