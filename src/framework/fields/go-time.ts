import { FieldError } from './field.ts';
import { parseInt64 } from './go-number.ts';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)([.,]\d+)?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * A point in time (Vault: `parseutil.ParseAbsoluteTime`), from a text: RFC 3339 with or without fractions, or whole
 * seconds since the epoch. Fractions are kept to the millisecond. Numbers are refused, as a Go plugin refuses those that
 * come as JSON.
 *
 * @throws {FieldError} with Vault's text
 */
export function parseTime(value: unknown): Date {
  if (typeof value !== 'string') throw new FieldError('could not parse time from input type');
  return rfc3339(value) ?? epoch(value);
}

function rfc3339(text: string): Date | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [, , , , , , , fraction = '.0', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (Number(offsetHours) > 24 || Number(offsetMinutes) > 60) return undefined;
  const date = new Date(0);
  // Date.UTC would take the years 0 to 99 for those of the last century.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return undefined;
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHours) * 60 + Number(offsetMinutes));
  const milliseconds = Number(fraction.slice(1, 4).padEnd(3, '0'));
  date.setUTCHours(hour, minute - offset, second, milliseconds);
  return date;
}

function epoch(text: string): Date {
  try {
    const date = new Date(parseInt64(text, 10) * 1000);
    // JavaScript's time ends 8.64e15 ms from the epoch.
    if (!Number.isNaN(date.getTime())) return date;
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
  }
  throw new FieldError('could not parse string as date and time');
}
