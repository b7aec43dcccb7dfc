import { readEnum } from './enums.ts';
import { invalidArgument } from './errors.ts';

/** The JSON object of a request. */
export type Body = Readonly<Record<string, unknown>>;

/** Reads the fields of a request, by their JSON name or the name in the proto file. */
export interface Fields {
  text(name: string): string | undefined;
  flag(name: string): boolean;
  bytes(name: string): Buffer | undefined;
  /** By name or number. */
  oneOf<const E extends Readonly<Record<string, number>>>(table: E, name: string): (keyof E & string) | undefined;
  object(name: string): Body | undefined;
  /** Milliseconds of a Duration, `86400s`. */
  duration(name: string): number | undefined;
  /** An int64, which JSON has as a string or number; google.protobuf.Int64Value may be an object, too. */
  integer(name: string): number | undefined;
  /** A map of strings. */
  map(name: string): Readonly<Record<string, string>> | undefined;
  list(name: string): readonly unknown[];
}

/**
 * Reads a request. Fields that `read` does not ask for are refused, as by every Google API.
 *
 * @param ignored fields that only answers have; they may be sent and mean nothing
 * @throws {GoogleError} INVALID_ARGUMENT
 */
export function readInput<T>(body: Body, read: (fields: Fields) => T, ignored: readonly string[] = []): T {
  const asked = new Set(ignored);
  const input = read(fieldsOf(body, asked));
  const names = new Set([...asked].flatMap((name) => [name, snakeCase(name)]));
  const unknown = Object.keys(body).find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw invalidArgument(`Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`);
  }
  return input;
}

function fieldsOf(body: Body, asked: Set<string>): Fields {
  const get = (name: string): unknown => {
    asked.add(name);
    return body[name] ?? body[snakeCase(name)] ?? undefined;
  };
  const text = (name: string): string | undefined => {
    const value = get(name);
    if (value !== undefined && typeof value !== 'string') throw wrong(name, value, 'TYPE_STRING');
    return value;
  };
  return {
    text,
    flag(name) {
      const value = get(name) ?? false;
      if (typeof value !== 'boolean') throw wrong(name, value, 'TYPE_BOOL');
      return value;
    },
    bytes(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      // Standard and URL-safe base64 are both accepted (proto3 JSON mapping).
      if (!/^(?:[A-Za-z0-9+/_-]{2,}={0,2})?$/.test(value)) throw wrong(name, value, 'TYPE_BYTES');
      return Buffer.from(value, 'base64');
    },
    oneOf(table, name) {
      const value = get(name);
      if (value === undefined) return undefined;
      const known = readEnum(table, value);
      if (known === undefined) throw wrong(name, value, 'TYPE_ENUM');
      return known;
    },
    object(name) {
      const value = get(name);
      if (value === undefined) return undefined;
      if (!isObject(value)) throw wrong(name, value, 'TYPE_MESSAGE');
      return value;
    },
    duration(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^\d+(\.\d{1,9})?s$/.test(value)) throw wrong(name, value, 'type.googleapis.com/google.protobuf.Duration');
      return Number(value.slice(0, -1)) * 1000;
    },
    integer(name) {
      const value = get(name);
      if (value === undefined) return undefined;
      const plain = isObject(value) ? value['value'] : value;
      if (!/^\d+$/.test(String(plain))) throw wrong(name, value, 'TYPE_INT64');
      return Number(plain);
    },
    map(name) {
      const value = get(name);
      if (value === undefined) return undefined;
      if (!isObject(value)) throw wrong(name, value, 'TYPE_MESSAGE');
      for (const entry of Object.values(value)) if (typeof entry !== 'string') throw wrong(name, entry, 'TYPE_STRING');
      return value as Readonly<Record<string, string>>;
    },
    list(name) {
      const value = get(name) ?? [];
      if (!Array.isArray(value)) throw wrong(name, value, 'TYPE_STRING');
      return value as readonly unknown[];
    },
  };
}

/** @throws {GoogleError} INVALID_ARGUMENT for what is no JSON object; nothing at all is an empty one */
export function parseBody(bytes: Buffer): Body {
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Refused below.
  }
  throw invalidArgument('Invalid JSON payload received. Expected an object.');
}

export function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z0-9]+/g, (part, at) =>
    /\d/.test(part) ? part : `${at ? '_' : ''}${part.toLowerCase()}`,
  );
}

/** Bytes are not repeated in the text. */
function wrong(name: string, value: unknown, type: string): Error {
  const shown = type === 'TYPE_BYTES' ? 'value' : JSON.stringify(value);
  return invalidArgument(`Invalid value at '${snakeCase(name)}' (${type}), ${shown}`);
}
