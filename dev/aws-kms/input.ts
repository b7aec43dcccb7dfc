import { KmsError } from './errors.ts';

/** The JSON object of a request. */
export type Body = Readonly<Record<string, unknown>>;

interface LengthRule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

/** Reads the fields of a request. Collects all violations of AWS's model and reports them together. */
export interface Fields {
  text(name: string, rule?: LengthRule): string;
  optionalText(name: string, rule?: LengthRule): string | undefined;
  choice<const T extends string>(name: string, values: readonly T[]): T;
  optionalChoice<const T extends string>(name: string, values: readonly T[]): T | undefined;
  blob(name: string, rule?: LengthRule): Buffer;
  optionalBlob(name: string, rule?: LengthRule): Buffer | undefined;
  optionalInteger(name: string, min: number, max: number): number | undefined;
  flag(name: string): boolean;
  /** Milliseconds since the epoch; AWS JSON sends seconds, whole or fractional. */
  optionalTime(name: string): number | undefined;
  list(name: string): readonly unknown[];
  optionalList(name: string): readonly unknown[] | undefined;
  /** A map of strings; empty if the field is missing. */
  map(name: string): Readonly<Record<string, string>>;
}

/** @throws {KmsError} ValidationException naming every violation; SerializationException for a wrong JSON type */
export function readInput<T>(body: Body, read: (fields: Fields) => T): T {
  const violations: string[] = [];
  const input = read(fieldsOf(body, violations));
  if (violations.length > 0) {
    const what = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`;
    throw new KmsError('ValidationException', `${what} detected: ${violations.join('; ')}`);
  }
  return input;
}

function fieldsOf(body: Body, violations: string[]): Fields {
  const refuse = (value: string, name: string, constraint: string): void => {
    const member = name.charAt(0).toLowerCase() + name.slice(1);
    violations.push(`Value ${value}at '${member}' failed to satisfy constraint: Member must ${constraint}`);
  };
  const missing = (name: string): void => {
    refuse('null ', name, 'not be null');
  };
  const checkLength = (name: string, length: number, shown: string, rule: LengthRule): void => {
    const { min = 0, max = Infinity } = rule;
    if (length < min) refuse(shown, name, `have length greater than or equal to ${min}`);
    if (length > max) refuse(shown, name, `have length less than or equal to ${max}`);
  };

  const optionalText = (name: string, rule: LengthRule = {}): string | undefined => {
    const value = body[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw wrongType(value, 'String');
    checkLength(name, value.length, `'${value}' `, rule);
    if (rule.pattern !== undefined && !rule.pattern.test(value)) {
      refuse(`'${value}' `, name, `satisfy regular expression pattern: ${rule.pattern.source.replaceAll('\\/', '/')}`);
    }
    return value;
  };
  const optionalChoice = <const T extends string>(name: string, values: readonly T[]): T | undefined => {
    const value = optionalText(name);
    if (value === undefined) return undefined;
    const known = values.find((candidate) => candidate === value);
    if (known === undefined) refuse(`'${value}' `, name, `satisfy enum value set: [${values.join(', ')}]`);
    return known ?? values[0];
  };
  const optionalBlob = (name: string, rule: LengthRule = {}): Buffer | undefined => {
    const value = body[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw wrongType(value, 'Blob');
    const bytes = Buffer.from(value, 'base64');
    // Unlike other values, a blob is not quoted in the error.
    checkLength(name, bytes.length, '', rule);
    return bytes;
  };
  const optionalList = (name: string): readonly unknown[] | undefined => {
    const value = body[name] ?? undefined;
    if (value !== undefined && !Array.isArray(value)) throw wrongType(value, 'List');
    return value;
  };

  return {
    optionalText,
    text(name, rule) {
      const value = optionalText(name, rule);
      if (value === undefined) missing(name);
      return value ?? '';
    },
    optionalChoice,
    choice<const T extends string>(name: string, values: readonly T[]): T {
      const value = optionalChoice(name, values);
      if (value === undefined) missing(name);
      return value ?? (values[0] as T);
    },
    optionalBlob,
    blob(name, rule) {
      const value = optionalBlob(name, rule);
      if (value === undefined) missing(name);
      return value ?? Buffer.alloc(0);
    },
    optionalInteger(name, min, max) {
      const value = body[name] ?? undefined;
      if (value === undefined) return undefined;
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, 'Integer');
      if (value < min) refuse(`'${value}' `, name, `have value greater than or equal to ${min}`);
      if (value > max) refuse(`'${value}' `, name, `have value less than or equal to ${max}`);
      return value;
    },
    flag(name) {
      const value = body[name] ?? false;
      if (typeof value !== 'boolean') throw wrongType(value, 'Boolean');
      return value;
    },
    optionalTime(name) {
      const value = body[name] ?? undefined;
      if (value === undefined) return undefined;
      if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType(value, 'Timestamp');
      return Math.round(value * 1000);
    },
    optionalList,
    list(name) {
      const value = optionalList(name);
      if (value === undefined) missing(name);
      return value ?? [];
    },
    map(name) {
      const value = body[name] ?? {};
      if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(value, 'Map');
      for (const entry of Object.values(value)) if (typeof entry !== 'string') throw wrongType(entry, 'String');
      return value as Readonly<Record<string, string>>;
    },
  };
}

function wrongType(value: unknown, wanted: string): KmsError {
  const kind = value === null ? 'NULL' : Array.isArray(value) ? 'LIST' : typeof value;
  return new KmsError('SerializationException', `${kind.toUpperCase()}_VALUE cannot be converted to ${wanted}`);
}
