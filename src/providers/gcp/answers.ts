import { isObject, memberOf, textIn, type Members } from '../http/members.ts';
import { importJobIdIn, keyIn, versionIn } from './names.ts';

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
  /** Id of the import job of the key ring that it came by. */
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
  readonly purpose: string | undefined;
  /** Of the versions that are made in it. */
  readonly algorithm: string | undefined;
  readonly protectionLevel: string | undefined;
}

/** What is read of an ImportJob. */
export interface ImportJob {
  readonly state: 'PENDING_GENERATION' | 'ACTIVE' | 'EXPIRED';
  /** PEM, of one that is active. */
  readonly publicKey: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number | undefined;
  readonly protectionLevel: string | undefined;
  readonly importMethod: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
  /** How many items have a name that is none of the key ring's. */
  readonly unreadable: number;
}

/** How many items a page is asked for with; one of versions has less than 1 MB. */
export const PAGE = 500;
const LONGEST_PAGE_TOKEN = 4_096;
/** Cloud KMS takes 64 labels. */
const MOST_LABELS = 64;
/** A Timestamp of protocol buffers as JSON. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** What is read of a version; undefined where its name is not that of a version of the key. */
export function versionInAnswer(json: unknown, ring: string, key: string): CryptoKeyVersion | undefined {
  const name = textIn(json, 'name');
  const found = versionIn(name, ring, key);
  if (name === undefined || found === undefined) return undefined;
  const state = memberOf(json, 'state');
  return {
    name,
    ...found,
    state: STATES.find((each) => each === state),
    importJob: importJobIdIn(memberOf(json, 'importJob'), ring),
    importFailureReason: textIn(json, 'importFailureReason'),
    createdAt: timeIn(json, 'createTime'),
  };
}

export function versionPage(json: unknown, ring: string, key: string): Page<CryptoKeyVersion> | undefined {
  return page(json, 'cryptoKeyVersions', (each) => versionInAnswer(each, ring, key));
}

/** What is read of a CryptoKey; undefined where it is not of the key ring, or its primary version not one of its own. */
export function cryptoKeyIn(json: unknown, ring: string): CryptoKey | undefined {
  const id = keyIn(memberOf(json, 'name'), ring);
  if (id === undefined) return undefined;
  const version = memberOf(json, 'primary') ?? undefined;
  const primary = versionIn(memberOf(version, 'name'), ring, id)?.number;
  if (version !== undefined && primary === undefined) return undefined;
  const labels = memberOf(json, 'labels');
  const given = Object.entries(isObject(labels) ? labels : {}).slice(0, MOST_LABELS);
  const template = memberOf(json, 'versionTemplate');
  return {
    id,
    labels: Object.fromEntries(
      given.filter((each): each is [string, string] => typeof each[1] === 'string' && each[1].length <= 256),
    ),
    primary,
    importOnly: memberOf(json, 'importOnly') === true,
    purpose: textIn(json, 'purpose', 64),
    algorithm: textIn(template, 'algorithm', 64),
    protectionLevel: textIn(template, 'protectionLevel', 64),
  };
}

export function cryptoKeyPage(json: unknown, ring: string): Page<CryptoKey> | undefined {
  return page(json, 'cryptoKeys', (each) => cryptoKeyIn(each, ring));
}

/** What is read of an import job; undefined where it is another one than was asked for. */
export function importJobIn(json: unknown, ring: string, id: string): ImportJob | undefined {
  const state = memberOf(json, 'state');
  if (state !== 'PENDING_GENERATION' && state !== 'ACTIVE' && state !== 'EXPIRED') return undefined;
  if (importJobIdIn(memberOf(json, 'name'), ring) !== id) return undefined;
  return {
    state,
    publicKey: textIn(memberOf(json, 'publicKey'), 'pem', 4_096),
    expiresAt: timeIn(json, 'expireTime'),
    protectionLevel: textIn(json, 'protectionLevel', 64),
    importMethod: textIn(json, 'importMethod', 64),
  };
}

/** Members of an answer of testIamPermissions; none where all are denied. */
export function permissionsIn(json: unknown): readonly string[] | undefined {
  if (!isObject(json)) return undefined;
  const list = memberOf(json, 'permissions') ?? [];
  return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : undefined;
}

/** Undefined where the answer does not say all that stands on the page, or whether another one follows. */
function page<T>(json: unknown, name: string, read: (each: Members) => T | undefined): Page<T> | undefined {
  if (!isObject(json)) return undefined;
  const all: unknown = memberOf(json, name) ?? [];
  const next = memberOf(json, 'nextPageToken') ?? '';
  if (!Array.isArray(all) || all.length > PAGE) return undefined;
  if (typeof next !== 'string' || next.length > LONGEST_PAGE_TOKEN) return undefined;
  const items = all.flatMap((each: unknown) => (isObject(each) ? (read(each) ?? []) : []));
  return { items, next: next || undefined, unreadable: all.length - items.length };
}

function timeIn(json: unknown, name: string): number | undefined {
  const text = textIn(json, name, 64) ?? '';
  const time = RFC_3339.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
