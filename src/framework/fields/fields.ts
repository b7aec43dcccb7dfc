import { isJsonObject, type JsonObject } from '../../logical/index.ts';
import { toList, toText, toTruth, toWhole, unconvertible } from './convert.ts';
import { parseDuration } from './duration.ts';
import { FieldError, type Field, type FieldOptions, type FieldSchema, type FieldTypeName } from './field.ts';

type Constructor<T> = (options?: FieldOptions) => Field<T>;

function constructor<T>(
  typeName: FieldTypeName,
  schema: FieldSchema,
  zero: T,
  coerce: (value: unknown) => T | undefined,
): Constructor<T> {
  return (options = {}) => ({ typeName, schema, zero, coerce, options });
}

const NAME = /^\w(([\w.-]+)?\w)?$/;

function nameString(value: unknown): string {
  const text = toText(value);
  if (!NAME.test(text)) throw new FieldError('field does not match the formatting rules');
  return text;
}

function toFloat(value: unknown): number {
  if (typeof value === 'string') {
    const number = Number(value);
    if (value.trim() === '' || Number.isNaN(number)) throw new FieldError('cannot parse as float');
    return number;
  }
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  if (value === null) return 0;
  throw unconvertible('float64', value);
}

function toMap(value: unknown): JsonObject {
  if (isJsonObject(value)) return value;
  if (value === null) return {};
  if (Array.isArray(value) && value.every(isJsonObject)) return Object.assign({}, ...value) as JsonObject;
  throw new FieldError('expected a map');
}

function toPairs(value: unknown): Readonly<Record<string, string>> {
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toText(each)]));
  return Object.fromEntries(
    toList(value).map((item) => {
      const text = toText(item);
      const split = text.indexOf('=');
      // The pair may hold a secret: the error does not repeat it.
      if (split < 0) throw new FieldError('invalid key pair: each must be key=value');
      return [text.slice(0, split), text.slice(split + 1)] as const;
    }),
  );
}

function toStrings(value: unknown): readonly string[] {
  if (value === '') return [];
  return toList(value).map((item) => toText(item).trim());
}

function splitAtCommas(value: unknown): readonly unknown[] {
  if (value === '') return [];
  return typeof value === 'string' ? value.split(',') : toList(value);
}

const HEADER_FORM = 'expected an object of header names to values, its JSON, or a list of name:value';

function toHeader(value: unknown): Readonly<Record<string, readonly string[]>> {
  const source = typeof value === 'string' ? headerText(value) : value;
  if (isJsonObject(source)) {
    return Object.fromEntries(
      Object.entries(source).map(([name, each]) => [canonical(name), toList(each).map(toText)]),
    );
  }
  const headers: Record<string, string[]> = {};
  for (const item of toList(source)) {
    const text = toText(item);
    const colon = text.indexOf(':');
    if (colon < 0) throw new FieldError(HEADER_FORM);
    (headers[canonical(text.slice(0, colon).trim())] ??= []).push(text.slice(colon + 1).trim());
  }
  return headers;
}

function headerText(text: string): unknown {
  for (const candidate of [text, Buffer.from(text, 'base64').toString('utf8')]) {
    try {
      const parsed: unknown = JSON.parse(candidate);
      if (typeof parsed === 'object') return parsed;
    } catch {
      // Not this form; the next one may fit.
    }
  }
  return text.includes(':') ? [text] : {};
}

/** `x-vault-token` as `X-Vault-Token` (Go: `textproto.CanonicalMIMEHeaderKey`). */
function canonical(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

function toTime(value: unknown): Date | undefined {
  if (value === null) return undefined;
  if (typeof value === 'number') return new Date(value * 1000);
  if (typeof value !== 'string') throw new FieldError('could not parse time from input type');
  const time = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value);
  if (Number.isNaN(time)) throw new FieldError('could not parse time: use RFC 3339 or seconds since the epoch');
  return new Date(time);
}

function toDuration(value: unknown): number | undefined {
  if (value === null) return undefined;
  const seconds = parseDuration(value);
  if (seconds < 0) throw new FieldError(`cannot provide negative value '${seconds}'`);
  return seconds;
}

const NO_PAIRS: Readonly<Record<string, string>> = {};
const NO_MAP: JsonObject = {};
const NO_TEXTS: readonly string[] = [];
const NO_NUMBERS: readonly number[] = [];
const NO_ITEMS: readonly unknown[] = [];
const NO_HEADER: Readonly<Record<string, readonly string[]>> = {};

/** Constructors of all field types; the names are those of Vault's `framework.FieldType`. */
export const fields = {
  string: constructor('string', { type: 'string' }, '', toText),
  lowerCaseString: constructor('lowercase string', { type: 'string', format: 'lowercase' }, '', (value) =>
    toText(value).toLowerCase(),
  ),
  nameString: constructor('name string', { type: 'string', pattern: '\\w([\\w-.]*\\w)?' }, '', nameString),
  int: constructor('int', { type: 'integer' }, 0, toWhole),
  int64: constructor('int64', { type: 'integer', format: 'int64' }, 0, toWhole),
  float: constructor('float', { type: 'number', format: 'float' }, 0, toFloat),
  bool: constructor('bool', { type: 'boolean' }, false, toTruth),
  map: constructor('map', { type: 'object', format: 'map' }, NO_MAP, toMap),
  kvPairs: constructor('keypair', { type: 'object', format: 'kvpairs' }, NO_PAIRS, toPairs),
  slice: constructor('slice', { type: 'array', items: 'object' }, NO_ITEMS, toList),
  stringSlice: constructor('slice', { type: 'array', items: 'string' }, NO_TEXTS, toStrings),
  commaStringSlice: constructor('slice', { type: 'array', items: 'string' }, NO_TEXTS, (value) =>
    splitAtCommas(value).map((item) => toText(item).trim()),
  ),
  commaIntSlice: constructor('slice', { type: 'array', items: 'integer' }, NO_NUMBERS, (value) =>
    splitAtCommas(value).map((item) => toWhole(typeof item === 'string' ? item.trim() : item)),
  ),
  durationSecond: constructor('duration (sec)', { type: 'integer', format: 'seconds' }, 0, toDuration),
  signedDurationSecond: constructor('duration (sec)', { type: 'integer', format: 'seconds' }, 0, (value) =>
    value === null ? undefined : parseDuration(value),
  ),
  time: constructor<Date | undefined>('time', { type: 'string', format: 'date-time' }, undefined, toTime),
  header: constructor('header', { type: 'string' }, NO_HEADER, toHeader),
} as const;
