import { FieldError } from './field.ts';

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/**
 * A duration in whole seconds (Vault: `parseutil.ParseDurationSecond`): a number or a text of seconds, days (`7d`), or
 * Go's own form (`1h30m`, `1.5h`, `100ms`).
 *
 * @throws {FieldError}
 */
export function parseDuration(value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value !== 'string') throw new FieldError('could not parse duration from input');
  const text = value.trim();
  if (text === '') return 0;
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  const days = /^([+-]?\d+)d$/.exec(text);
  if (days) return Number(days[1]) * 24 * 3600;
  return goDuration(text);
}

function goDuration(text: string): number {
  const negative = text.startsWith('-');
  const body = text.replace(/^[+-]/, '');
  if (!/^((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(body)) {
    throw new FieldError('could not parse duration: use seconds, or 90s, 30m, 12h, 7d');
  }
  let nanoseconds = 0;
  for (const [, amount = '0', unit = 's'] of body.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    nanoseconds += Number(amount) * (NANOSECONDS[unit] ?? 0);
  }
  const seconds = Math.trunc(nanoseconds / 1e9);
  return negative ? -seconds : seconds;
}
