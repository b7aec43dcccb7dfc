import { FieldError } from './field.ts';
import { parseInt64, withoutNegativeZero } from './go-number.ts';

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n], // U+00B5, the micro sign
  ['μs', 1_000n], // U+03BC, the Greek letter
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const SECONDS_PER_DAY = 86_400;
/** A Go duration holds as many whole seconds; it counts nanoseconds in 63 bits. */
const MAX_SECONDS = 9_223_372_036;
const MAX_NANOSECONDS = 1n << 63n;
const MAX_DIGITS = 19;

/**
 * A duration in whole seconds, the rest cut off (Vault: `parseutil.ParseDurationSecond`): seconds as a number or a text,
 * days (`7d`), or Go's own form (`1h30m`, `1.5h`, `100ms`).
 *
 * @throws {FieldError} with Go's text, less the value
 */
export function parseDurationSeconds(value: unknown): number {
  if (typeof value === 'number') return held(Math.trunc(value));
  if (typeof value !== 'string') throw new FieldError('could not parse duration from input');
  if (value === '') return 0;
  const seconds = wholeNumber(value);
  if (seconds !== undefined) return held(seconds);
  if (value.endsWith('d')) return held(parseInt64(value.slice(0, -1), 10) * SECONDS_PER_DAY);
  return goDurationSeconds(value);
}

function wholeNumber(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  try {
    return parseInt64(text, 10);
  } catch {
    return undefined;
  }
}

function held(seconds: number): number {
  if (Math.abs(seconds) > MAX_SECONDS) {
    throw new FieldError('multiplication of durations resulted in overflow, one operand may be too large');
  }
  return withoutNegativeZero(seconds);
}

/** Go's `time.ParseDuration`, in seconds. */
function goDurationSeconds(text: string): number {
  const negative = text.startsWith('-');
  const body = text.replace(/^[+-]/, '');
  if (body === '') throw invalid();
  let total = 0n;
  for (let rest = body; rest !== '';) {
    const part = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest);
    const [matched = '', whole = '', fraction = '', unit = ''] = part ?? [];
    if (whole === '' && fraction === '') throw invalid();
    if (whole.replace(/^0+/, '').length > MAX_DIGITS || BigInt(whole) > MAX_NANOSECONDS) throw invalid();
    if (unit === '') throw new FieldError('time: missing unit in duration');
    const nanoseconds = UNITS.get(unit);
    if (nanoseconds === undefined) throw new FieldError('time: unknown unit in duration');
    total += BigInt(whole) * nanoseconds + fractionOf(fraction, nanoseconds);
    if (total > MAX_NANOSECONDS) throw invalid();
    rest = rest.slice(matched.length);
  }
  if (total === MAX_NANOSECONDS && !negative) throw invalid();
  // Go's Duration.Seconds() adds in floating point as well, which rounds up what is next to a whole second.
  const seconds = Math.trunc(Number(total / 1_000_000_000n) + Number(total % 1_000_000_000n) / 1e9);
  return withoutNegativeZero(negative ? -seconds : seconds);
}

function fractionOf(digits: string, nanoseconds: bigint): bigint {
  if (digits === '') return 0n;
  // Go keeps as many digits as 63 bits hold.
  let kept = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = kept * 10n + BigInt(digit);
    if (kept > (MAX_NANOSECONDS - 1n) / 10n || next > MAX_NANOSECONDS) break;
    kept = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(kept) * (Number(nanoseconds) / scale)));
}

function invalid(): FieldError {
  return new FieldError('time: invalid duration');
}
