import { applyTime } from './clock-effects.ts';
import type { Context } from './context.ts';
import { notFound } from './errors.ts';
import type { CryptoKey, CryptoKeyVersion, KeyRing } from './state.ts';

/** The resource that holds this one, two segments up. */
export const parentOf = (name: string): string => name.split('/').slice(0, -2).join('/');

/** @throws {GoogleError} NOT_FOUND */
export function findRing({ rings, now }: Context, name: string): KeyRing {
  const ring = rings.get(name);
  if (ring === undefined) throw notFound(name, 'KeyRing');
  applyTime(ring, now);
  return ring;
}

/** @throws {GoogleError} NOT_FOUND */
export function findKey(context: Context, name: string): CryptoKey {
  const key = findRing(context, parentOf(name)).keys.get(name);
  if (key === undefined) throw notFound(name, 'CryptoKey');
  return key;
}

/** @throws {GoogleError} NOT_FOUND */
export function findVersion(context: Context, name: string): { key: CryptoKey; version: CryptoKeyVersion } {
  const key = findKey(context, parentOf(name));
  const version = key.versions.find((each) => each.name === name);
  if (version === undefined) throw notFound(name, 'CryptoKeyVersion');
  return { key, version };
}
