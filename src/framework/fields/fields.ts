import type { JsonObject } from '../../logical/index.ts';
import { toLower, trimSpace } from '../go-text.ts';
import { FieldError, type Field, type FieldOptions, type FieldSchema, type FieldTypeName } from './field.ts';
import { parseDurationSeconds } from './go-duration.ts';
import { parseTime } from './go-time.ts';
import { decodeHeader, type Header } from './header.ts';
import { decodeKeyPairs, type KeyPairs } from './key-pairs.ts';
import { decodeBool, decodeFloat, decodeInt, decodeList, decodeMap, decodeString, listed } from './weak-decode.ts';

interface FieldType<T, D> {
  readonly typeName: FieldTypeName;
  readonly schema: FieldSchema;
  readonly zero: T;
  readonly coerce: (value: unknown) => T | undefined;
  /** Where a default is written otherwise than the handler sees it. */
  readonly fromDefault?: (written: D) => T;
}

type Constructor<T, D = T> = (options?: FieldOptions<D>) => Field<T>;

function constructor<T, D = T>(type: FieldType<T, D>): Constructor<T, D> {
  const { typeName, schema, zero, coerce, fromDefault } = type;
  return (options = {}) => {
    const written = options.default;
    const given = fromDefault && written !== undefined ? fromDefault(written) : (written as T | undefined);
    return { typeName, schema, coerce, options, unsent: given ?? zero };
  };
}

const NAME = /^\w(([\w.-]+)?\w)?$/;

function decodeName(value: unknown): string {
  const name = decodeString(value);
  if (!NAME.test(name)) throw new FieldError('field does not match the formatting rules');
  return name;
}

function decodeStrings(value: unknown): readonly string[] {
  return value === '' ? NO_STRINGS : decodeList(value, decodeString).map(trimSpace);
}

// Only a text is split: a client that sends a list may have commas in its elements.
function splitAtCommas(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value === '' ? NO_STRINGS : value.split(',');
}

function decodeDuration(value: unknown): number | undefined {
  const seconds = decodeSignedDuration(value);
  if (seconds !== undefined && seconds < 0) throw new FieldError(`cannot provide negative value '${seconds}'`);
  return seconds;
}

function decodeSignedDuration(value: unknown): number | undefined {
  return value === null ? undefined : parseDurationSeconds(value);
}

function defaultDuration(written: number | string): number {
  try {
    return parseDurationSeconds(written);
  } catch {
    return 0;
  }
}

// Shared by all requests that send nothing.
const NO_STRINGS: readonly string[] = Object.freeze([]);
const NO_NUMBERS: readonly number[] = Object.freeze([]);
const NO_ITEMS: readonly unknown[] = Object.freeze([]);
const NO_MAP: JsonObject = Object.freeze({});
const NO_PAIRS: KeyPairs = Object.freeze({});
const NO_HEADER: Header = Object.freeze({});

const STRINGS = { type: 'array', items: 'string' } as const;
const DURATION = { type: 'string', format: 'duration' } as const;

/** Constructors of all field types; the names are those of Vault's `framework.FieldType`. */
export const fields = {
  string: constructor({ typeName: 'string', schema: { type: 'string' }, zero: '', coerce: (v) => decodeString(v) }),
  lowerCaseString: constructor({
    typeName: 'lowercase string',
    schema: { type: 'string', format: 'lowercase' },
    zero: '',
    coerce: (value) => toLower(decodeString(value)),
  }),
  nameString: constructor({
    typeName: 'name string',
    schema: { type: 'string', pattern: '\\w([\\w-.]*\\w)?' },
    zero: '',
    coerce: decodeName,
  }),
  int: constructor({ typeName: 'int', schema: { type: 'integer' }, zero: 0, coerce: (value) => decodeInt(value) }),
  int64: constructor({
    typeName: 'int64',
    schema: { type: 'integer', format: 'int64' },
    zero: 0,
    coerce: (value) => decodeInt(value, '', 'int64'),
  }),
  float: constructor({
    typeName: 'float',
    schema: { type: 'number', format: 'float' },
    zero: 0,
    coerce: decodeFloat,
  }),
  bool: constructor<boolean>({ typeName: 'bool', schema: { type: 'boolean' }, zero: false, coerce: decodeBool }),
  map: constructor({
    typeName: 'map',
    schema: { type: 'object', format: 'map' },
    zero: NO_MAP,
    coerce: (value) => decodeMap(value),
  }),
  kvPairs: constructor({
    typeName: 'keypair',
    schema: { type: 'object', format: 'kvpairs' },
    zero: NO_PAIRS,
    coerce: decodeKeyPairs,
  }),
  slice: constructor({ typeName: 'slice', schema: { type: 'array', items: 'object' }, zero: NO_ITEMS, coerce: listed }),
  stringSlice: constructor({ typeName: 'slice', schema: STRINGS, zero: NO_STRINGS, coerce: decodeStrings }),
  commaStringSlice: constructor({
    typeName: 'slice',
    schema: STRINGS,
    zero: NO_STRINGS,
    coerce: (value) => decodeStrings(splitAtCommas(value)),
  }),
  commaIntSlice: constructor({
    typeName: 'slice',
    schema: { type: 'array', items: 'integer' },
    zero: NO_NUMBERS,
    coerce: (value) => decodeList(splitAtCommas(value), decodeInt),
  }),
  /** Whole seconds. */
  durationSecond: constructor({
    typeName: 'duration (sec)',
    schema: DURATION,
    zero: 0,
    coerce: decodeDuration,
    fromDefault: defaultDuration,
  }),
  /** Whole seconds. */
  signedDurationSecond: constructor({
    typeName: 'duration (sec)',
    schema: DURATION,
    zero: 0,
    coerce: decodeSignedDuration,
    fromDefault: defaultDuration,
  }),
  time: constructor<Date | undefined>({
    typeName: 'time',
    schema: { type: 'string', format: 'date-time' },
    zero: undefined,
    coerce: (value) => (value === null ? undefined : parseTime(value)),
  }),
  header: constructor({ typeName: 'header', schema: { type: 'string' }, zero: NO_HEADER, coerce: decodeHeader }),
} as const;
