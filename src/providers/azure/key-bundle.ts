import { isObject, memberOf, textIn } from '../http/members.ts';
import type { PublicJwk } from './jwk.ts';

/** One version of a key, as far as the answer of a vault tells; whatever has not the form that Azure gives it is left out. */
export interface KeyVersion {
  /** `<key name>/<version>`, by which requests reach it. */
  readonly id: string;
  readonly name: string;
  /** 32 hex digits. */
  readonly version: string;
  /** Its URL, as the vault gives it. */
  readonly kid: string;
  readonly kty: string | undefined;
  readonly keyOps: readonly string[];
  readonly publicKey: PublicJwk;
  readonly enabled: boolean;
  /** Whether the key may leave the HSM (attribute `exportable`). */
  readonly exportable: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** The vault's id of the request. */
  readonly requestId: string | undefined;
}

/** A key has 15 tags at most, of 256 characters (Azure: "About keys", key tags); bounds what is kept of an answer. */
const MOST_TAGS = 64;
const LONGEST = 512;
/** A modulus of 4096 bits has 683 characters. */
const LONGEST_NUMBER = 1024;
const VERSION = /^[0-9a-f]{32}$/i;
/** Without user and password, query, fragment and parts that a parser of URLs would take away (`..`, a line break). */
const KID = /^https?:\/\/[\w.:[\]-]+\/keys\/([0-9A-Za-z-]{1,127})(?:\/([^/]+))?$/;
/** The last moment that a date can say, in seconds since the Unix epoch (ECMA-262, "Time Values and Time Range"). */
const LAST_SECOND = 8_640_000_000_000;
const MEMBERS = ['n', 'e', 'crv', 'x', 'y'] as const;
/** A link to the next page holds a token, and the URL of the list. */
const LONGEST_LINK = 8_192;

/**
 * Reads a key bundle, of which nothing is trusted: its `kid` has to be of this vault and of the key that was asked for.
 *
 * @param origins - of the vault and of its endpoint
 * @param wanted - the key, and the version where one was asked for
 * @returns undefined where it is no bundle, or another key's
 */
export function readBundle(
  json: unknown,
  origins: readonly string[],
  wanted: { readonly name: string; readonly version: string | undefined },
  requestId: string | undefined,
): KeyVersion | undefined {
  const key = memberOf(json, 'key');
  const attributes = memberOf(json, 'attributes');
  const at = placeOf(textIn(key, 'kid', LONGEST), origins);
  const enabled = memberOf(attributes, 'enabled');
  if (!at || at.version === undefined || typeof enabled !== 'boolean') return undefined;
  if (at.name.toLowerCase() !== wanted.name.toLowerCase()) return undefined;
  if (wanted.version !== undefined && at.version !== wanted.version) return undefined;
  const keyOps = memberOf(key, 'key_ops');
  const publicKey = MEMBERS.flatMap((name) => {
    const value = textIn(key, name, LONGEST_NUMBER);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    id: `${wanted.name}/${at.version}`,
    name: wanted.name,
    version: at.version,
    kid: at.kid,
    kty: textIn(key, 'kty', LONGEST),
    keyOps: Array.isArray(keyOps) ? keyOps.slice(0, 16).filter(isShort) : [],
    publicKey: Object.fromEntries(publicKey) as PublicJwk,
    enabled,
    exportable: (memberOf(attributes, 'exportable') ?? false) !== false,
    createdAt: timeOf(memberOf(attributes, 'created')),
    tags: tagsOf(memberOf(json, 'tags')),
    requestId,
  };
}

/** A key, or one version of it, in a list. */
export interface KeyItem {
  readonly name: string;
  /** Undefined in a list of keys. */
  readonly version: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Page {
  readonly items: readonly KeyItem[];
  readonly next: string | undefined;
}

/** Reads a page of a list; undefined where it is none. */
export function readPage(json: unknown, origins: readonly string[]): Page | undefined {
  const value = memberOf(json, 'value');
  if (!Array.isArray(value)) return undefined;
  const items = value.flatMap((each): KeyItem[] => {
    const at = placeOf(textIn(each, 'kid', LONGEST), origins);
    return at ? [{ name: at.name, version: at.version, tags: tagsOf(memberOf(each, 'tags')) }] : [];
  });
  const next = memberOf(json, 'nextLink') ?? '';
  if (typeof next !== 'string' || next.length > LONGEST_LINK) return undefined;
  return { items, next: next === '' ? undefined : next };
}

function placeOf(
  kid: string | undefined,
  origins: readonly string[],
): { readonly kid: string; readonly name: string; readonly version: string | undefined } | undefined {
  if (kid === undefined || !URL.canParse(kid)) return undefined;
  const [, name, version] = KID.exec(kid) ?? [];
  if (name === undefined || !origins.includes(new URL(kid).origin)) return undefined;
  if (version !== undefined && !VERSION.test(version)) return undefined;
  return { kid, name, version };
}

function timeOf(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && seconds >= 0 && seconds <= LAST_SECOND ? seconds * 1_000 : undefined;
}

function tagsOf(value: unknown): Readonly<Record<string, string>> {
  const tags = Object.entries(isObject(value) ? value : {}).slice(0, MOST_TAGS);
  return Object.fromEntries(tags.flatMap(([name, text]) => (isShort(name) && isShort(text) ? [[name, text]] : [])));
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST;
}
