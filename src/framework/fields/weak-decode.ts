import { isJsonObject, type JsonObject } from '../../logical/index.ts';
import { FieldError } from './field.ts';
import { formatFloat, parseFloat64, parseInt64, withoutNegativeZero } from './go-number.ts';

/**
 * Conversions of JSON values as loose as Vault's (Go: mapstructure's `WeakDecode` of values from `encoding/json`), with
 * its error texts, but never with the value, which may be a secret. `name` is that of the element in a list, `[2]` say.
 */

type Decoder<T> = (value: unknown, name: string) => T;

/** Text: numbers in decimals, truth as `1` and `0`, null as the empty text. */
export function decodeString(value: unknown, name = ''): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? '1' : '0';
    case 'number':
      return formatFloat(value);
    default:
      if (value === null) return '';
      throw unconvertible('string', value, name);
  }
}

/** A whole number: fractions are cut off, truth is 1 and 0, the empty text and null are 0. */
export function decodeInt(value: unknown, name = '', type: 'int' | 'int64' = 'int'): number {
  switch (typeof value) {
    case 'number':
      return truncated(value, name);
    case 'boolean':
      return value ? 1 : 0;
    case 'string':
      return value === '' ? 0 : parsed(name, 'int', () => parseInt64(value, 0));
    default:
      if (value === null) return 0;
      throw unconvertible(type, value, name);
  }
}

/** A number: truth is 1 and 0, the empty text and null are 0. */
export function decodeFloat(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'string':
      return value === '' ? 0 : parsed('', 'float', () => parseFloat64(value));
    default:
      if (value === null) return 0;
      throw unconvertible('float64', value, '');
  }
}

const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE = ['', '0', 'f', 'F', 'FALSE', 'false', 'False'];

/** Truth: numbers other than 0, and the words of Go's `strconv.ParseBool`; the empty text and null are false. */
export function decodeBool(value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return value !== 0;
    case 'string':
      if (TRUE.includes(value)) return true;
      if (FALSE.includes(value)) return false;
      throw new FieldError("cannot parse '' as bool: strconv.ParseBool: invalid syntax");
    default:
      if (value === null) return false;
      throw unconvertible('bool', value, '');
  }
}

/** An object; a list of objects is merged, null is empty. */
export function decodeMap(value: unknown): JsonObject {
  // Not by assignment, which would take a key `__proto__` for something else.
  return Object.fromEntries(mapEntries(value)) as JsonObject;
}

/** The members of what `decodeMap` takes; of those with the same name the last one counts. */
export function mapEntries(value: unknown, name = ''): readonly (readonly [string, unknown])[] {
  if (isJsonObject(value)) return Object.entries(value);
  if (value === null) return [];
  if (!Array.isArray(value)) throw new FieldError(`'${name}' expected a map, got '${goType(value)}'`);
  return value.flatMap((item, index) => mapEntries(item, `${name}[${index}]`));
}

/** A list of a million wrong elements is not worth an answer of a million lines. */
const MOST_FAILURES = 100;

/**
 * A list; a single value is a list of one, null and the empty object are empty lists.
 *
 * @throws {FieldError} that names the elements which cannot be converted
 */
export function decodeList<T>(value: unknown, decode: Decoder<T>): readonly T[] {
  const items = listed(value);
  const failures: string[] = [];
  const decoded: T[] = [];
  for (const [index, item] of items.entries()) {
    try {
      decoded.push(decode(item, `[${index}]`));
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      failures.push(`* ${error.message}`);
      if (failures.length === MOST_FAILURES) break;
    }
  }
  if (failures.length === 0) return decoded;
  const count = failures.length < MOST_FAILURES ? failures.length : `${MOST_FAILURES} or more`;
  throw new FieldError(`${count} error(s) decoding:\n\n${failures.sort().join('\n')}`);
}

/** A value as a list, its elements as they are. */
export function listed(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null) return [];
  return isJsonObject(value) && Object.keys(value).length === 0 ? [] : [value];
}

function unconvertible(expected: string, value: unknown, name: string): FieldError {
  const type = Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  return new FieldError(`'${name}' expected type '${expected}', got unconvertible type '${type}'`);
}

function goType(value: unknown): string {
  return typeof value === 'number' ? 'float64' : typeof value === 'boolean' ? 'bool' : 'string';
}

function parsed<T>(name: string, type: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new FieldError(`cannot parse '${name}' as ${type}: ${error.message}`);
  }
}

const INT64_LIMIT = 2 ** 63;

// Go gives what its machine makes of a number that does not fit, the least one mostly; nobody means that.
function truncated(value: number, name: string): number {
  const whole = Math.trunc(value);
  if (whole < INT64_LIMIT && whole >= -INT64_LIMIT) return withoutNegativeZero(whole);
  throw new FieldError(`cannot parse '${name}' as int: value out of range`);
}
