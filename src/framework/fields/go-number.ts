import { FieldError } from './field.ts';

const PLAIN = /^-?(0|[1-9]\d{0,14})$/;
const SYNTAX = 'invalid syntax';
const RANGE = 'value out of range';
const INT64_LIMIT = 1n << 63n;
const UINT64_LIMIT = 1n << 64n;

/**
 * A whole number as Go's `strconv.ParseInt(s, base, 64)` reads it. Base 0 takes the prefixes `0x`, `0o`, `0b` and `0`,
 * and underscores between digits; base 10 takes digits alone. Beyond 2^53 the nearest number that JavaScript has.
 *
 * @throws {FieldError} with Go's text, less the value
 */
export function parseInt64(text: string, base: 0 | 10): number {
  if (PLAIN.test(text)) return withoutNegativeZero(Number(text));
  const negative = text.startsWith('-');
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  const { radix, digits } = base === 0 ? prefixed(body) : { radix: 10, digits: body };
  let magnitude = 0n;
  if (digits === '') throw intError(SYNTAX);
  for (const digit of digits) {
    if (digit === '_' && base === 0) continue;
    const value = digitValue(digit);
    if (value >= radix) throw intError(SYNTAX);
    magnitude = magnitude * BigInt(radix) + BigInt(value);
    // Go stops here, whatever follows.
    if (magnitude >= UINT64_LIMIT) throw intError(RANGE);
  }
  if (!underscoresSeparateDigits(body)) throw intError(SYNTAX);
  if (magnitude >= INT64_LIMIT && !(negative && magnitude === INT64_LIMIT)) throw intError(RANGE);
  return Number(negative ? -magnitude : magnitude);
}

/** A whole number without the sign that only a floating point zero has. */
export function withoutNegativeZero(value: number): number {
  return value + 0;
}

function prefixed(body: string): { radix: number; digits: string } {
  const letter = /^0([xob])./is.exec(body)?.[1]?.toLowerCase();
  if (letter !== undefined) return { radix: { x: 16, o: 8, b: 2 }[letter] ?? 10, digits: body.slice(2) };
  return body.startsWith('0') && body !== '0' ? { radix: 8, digits: body.slice(1) } : { radix: 10, digits: body };
}

function digitValue(digit: string): number {
  return /^[0-9a-z]$/i.test(digit) ? Number.parseInt(digit, 36) : Infinity;
}

// A base prefix counts as a digit.
function underscoresSeparateDigits(body: string): boolean {
  if (!body.includes('_')) return true;
  const rest = body.replace(/^0[xob]/i, '0');
  return !(/^0x/i.test(body) ? /(^|[^\da-f])_|_([^\da-f]|$)/i : /(^|\D)_|_(\D|$)/).test(rest);
}

function intError(reason: string): FieldError {
  return new FieldError(`strconv.ParseInt: ${reason}`);
}

/**
 * A number as Go's `strconv.ParseFloat(s, 64)` reads it: decimal, hexadecimal with an exponent, infinities and NaN.
 *
 * @throws {FieldError} with Go's text, less the value
 */
export function parseFloat64(text: string): number {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special) {
    const [, sign = '', name = ''] = special;
    if (name.toLowerCase() !== 'nan') return sign === '-' ? -Infinity : Infinity;
    if (sign === '') return NaN;
  }
  const plain = underscoresSeparateDigits(text.replace(/^[+-]/, '')) ? text.replaceAll('_', '') : '';
  const number = DECIMAL.test(plain) ? Number(plain) : hexadecimal(plain);
  if (number === undefined) throw new FieldError(`strconv.ParseFloat: ${SYNTAX}`);
  if (!Number.isFinite(number)) throw new FieldError(`strconv.ParseFloat: ${RANGE}`);
  return number;
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)(?:\.([\da-f]*))?p([+-]?\d+)$/i;

/** Hexadecimal digits that decide a rounding, but for whether one of those behind them is not zero. */
const DECISIVE = 18;

function hexadecimal(text: string): number | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = ''] = HEXADECIMAL.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = digits.slice(0, DECISIVE);
  const rest = digits.slice(DECISIVE);
  const mantissa = BigInt(`0x${kept}${/[^0]/.test(rest) ? '1' : '0'}`);
  const magnitude = scaled(mantissa, Number(exponent) + 4 * (rest.length - 1 - fraction.length));
  return sign === '-' ? -magnitude : magnitude;
}

/** `mantissa * 2 ** exponent`, rounded once. */
function scaled(mantissa: bigint, exponent: number): number {
  // What is beyond these bounds is infinite or zero, and too long to be written.
  if (mantissa === 0n || exponent < -1200) return 0;
  if (exponent > 1024) return Infinity;
  if (exponent >= 0) return Number(mantissa << BigInt(exponent));
  return Number(`${mantissa * 5n ** BigInt(-exponent)}e${exponent}`);
}

/** A number in decimals without an exponent, as Go's `strconv.FormatFloat(f, 'f', -1, 64)` prints it. */
export function formatFloat(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const [, sign = '', whole = '', fraction = '', exponent] = /^(-?)(\d+)\.?(\d*)e([+-]\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  return point <= 0 ? `${sign}0.${'0'.repeat(-point)}${digits}` : sign + digits.padEnd(point, '0');
}
