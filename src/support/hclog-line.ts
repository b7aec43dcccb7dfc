import { rfc3339 } from './clock.ts';
import type { LogFields } from './logger.ts';

/** What one line of the log says. */
export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly module: string;
  readonly fields: LogFields;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
}

/** A go-plugin host gives up on the structure of longer lines, and logs them raw and in pieces. */
const MAX_LINE_BYTES = 64 * 1024 - 1;
/** Escaped as JSON, a character takes at most six bytes; all texts together must fit whatever is in them. */
const MAX_TEXT_LENGTH = 4 * 1024;

/**
 * Renders one line of hclog's JSON format, without a newline: `@level`, `@message`, `@module`, `@timestamp`, then the
 * fields. The four are always strings, since a host that finds another type there panics.
 */
export function hclogLine(entry: LogEntry): string {
  const head = {
    '@level': entry.level,
    '@message': shorten(entry.message),
    '@module': entry.module,
    '@timestamp': timestamp(entry.time),
  };
  const line = JSON.stringify({ ...head, ...plainFields(entry.fields) });
  if (Buffer.byteLength(line) <= MAX_LINE_BYTES) return line;
  return JSON.stringify({ ...head, fields_dropped: true });
}

// Go parses the layout 2006-01-02T15:04:05.000000Z07:00, which takes six fractional digits and no other number of them.
function timestamp(time: number): string {
  return `${rfc3339(time).slice(0, -1)}000Z`;
}

function plainFields(fields: LogFields): Record<string, string | number | boolean | undefined> {
  const plain: Record<string, string | number | boolean | undefined> = {};
  for (const [name, value] of Object.entries(fields)) {
    plain[name.replace(/^@+/, '')] = typeof value === 'string' ? shorten(value) : value;
  }
  return plain;
}

function shorten(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}… (${text.length} characters)`;
}
