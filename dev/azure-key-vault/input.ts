import { badParameter } from './errors.ts';

/** A JSON object of a request. */
export type Json = Readonly<Record<string, unknown>>;

/** @throws {KeyVaultError} BadParameter */
export function readObject(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(name);
  return value as Json;
}

/** Undefined for an absent member and for null. */
export function optionalObject(value: unknown, name: string): Json | undefined {
  return value === undefined || value === null ? undefined : readObject(value, name);
}

export function optionalText(from: Json, name: string): string | undefined {
  const value = from[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw invalid(name);
  return value;
}

export function readText(from: Json, name: string): string {
  const value = optionalText(from, name);
  if (value === undefined || value === '') throw badParameter(`Property '${name}' is required`);
  return value;
}

export function optionalFlag(from: Json, name: string): boolean | undefined {
  const value = from[name] ?? undefined;
  if (value !== undefined && typeof value !== 'boolean') throw invalid(name);
  return value;
}

/** A whole number, as sizes and IntDates are. */
export function optionalInteger(from: Json, name: string): number | undefined {
  const value = from[name] ?? undefined;
  if (value !== undefined && !(typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)) {
    throw invalid(name);
  }
  return value;
}

export function optionalTexts(from: Json, name: string): readonly string[] | undefined {
  const value = from[name] ?? undefined;
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) throw invalid(name);
  return value;
}

/** Bytes in base64url (RFC 4648 §5), as the service reads and writes them; padding is allowed. */
export function optionalBytes(from: Json, name: string): Buffer | undefined {
  const value = optionalText(from, name);
  if (value === undefined) return undefined;
  const digits = value.replace(/=+$/, '');
  if (!/^[A-Za-z0-9_-]*$/.test(digits) || digits.length % 4 === 1) throw invalid(name);
  return Buffer.from(digits, 'base64url');
}

export function readBytes(from: Json, name: string): Buffer {
  const bytes = optionalBytes(from, name);
  if (bytes === undefined || bytes.length === 0) throw badParameter(`Property '${name}' is required`);
  return bytes;
}

function invalid(name: string): Error {
  return badParameter(`Property '${name}' has invalid value`);
}
