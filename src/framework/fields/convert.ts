import { FieldError } from './field.ts';

/** Name of a JSON value's type as Go prints it. */
function goType(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  return typeof value === 'number' ? 'float64' : typeof value === 'boolean' ? 'bool' : 'string';
}

/** The refusal of a value of a type that cannot become another. */
export function unconvertible(expected: string, value: unknown): FieldError {
  return new FieldError(`expected type '${expected}', got unconvertible type '${goType(value)}'`);
}

/** A value as text: numbers in their shortest decimal form, truth as `1` and `0`, null as the empty text. */
export function toText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? '1' : '0';
    case 'number':
      return decimal(value);
    default:
      if (value === null || value === undefined) return '';
      throw unconvertible('string', value);
  }
}

/** A number without an exponent, as Go's `FormatFloat(f, 'f', -1, 64)` prints it. */
function decimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const [mantissa = '', exponent = '0'] = text.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return point >= digits.length
    ? sign + digits.padEnd(point, '0')
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A whole number as Go's `strconv.ParseInt(s, 0, 64)` reads it: prefixes 0x, 0o, 0b and 0, underscores between digits. */
export function parseWhole(text: string): number {
  const match = /^([+-]?)(0[xX]_?[0-9a-fA-F_]+|0[bB]_?[01_]+|0[oO]?_?[0-7_]+|0|[1-9][0-9_]*)$/.exec(text);
  if (!match || text.includes('__') || text.endsWith('_')) throw syntaxError(text);
  const sign = match[1] ?? '';
  const digits = (match[2] ?? '').replaceAll('_', '');
  const magnitude = Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return sign === '-' ? -magnitude : magnitude;
}

function syntaxError(text: string): FieldError {
  // The text itself is left out of errors everywhere else; a number that is none is no secret, but a habit is a habit.
  return new FieldError(`cannot parse as int: invalid syntax (${text.length} characters)`);
}

/** A whole number, loosely: numbers lose their fraction, truth is 1 and 0, the empty text and null are 0. */
export function toWhole(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return Math.trunc(value);
    case 'boolean':
      return value ? 1 : 0;
    case 'string':
      return value === '' ? 0 : parseWhole(value);
    default:
      if (value === null) return 0;
      throw unconvertible('int', value);
  }
}

/** A truth value, loosely: numbers other than 0, and the words of Go's `strconv.ParseBool`. */
export function toTruth(value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return value !== 0;
    case 'string':
      if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true;
      if (['', '0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return false;
      throw new FieldError('cannot parse as bool: use true or false');
    default:
      if (value === null) return false;
      throw unconvertible('bool', value);
  }
}

/** A list, loosely: one value is a list of one, null and an empty object are empty. */
export function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null) return [];
  if (typeof value === 'object' && Object.keys(value).length === 0) return [];
  return [value];
}
