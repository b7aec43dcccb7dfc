import { KmsError } from './errors.ts';
import type { Fields } from './input.ts';

export interface PageRequest {
  readonly limit: number;
  readonly marker: string | undefined;
}

/** Reads Limit and Marker. */
export function readPage(fields: Fields, defaultLimit: number, maxLimit: number): PageRequest {
  return {
    limit: fields.optionalInteger('Limit', 1, maxLimit) ?? defaultLimit,
    marker: fields.optionalText('Marker', { min: 1, max: 1024 }),
  };
}

/**
 * One page of `items`, in the order of their ids. A marker is the last ID of its page, so a listing continues
 * correctly when items are added or deleted.
 *
 * @throws {KmsError} InvalidMarkerException
 */
export function page<T>(
  items: Iterable<T>,
  idOf: (item: T) => string,
  { limit, marker }: PageRequest,
): { readonly items: readonly T[]; readonly rest: { readonly Truncated: boolean; readonly NextMarker?: string } } {
  const after = marker === undefined ? '' : decodeMarker(marker);
  const ahead = [...items].filter((item) => idOf(item) > after).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const shown = ahead.slice(0, limit);
  const last = shown.at(-1);
  if (ahead.length <= limit || last === undefined) return { items: shown, rest: { Truncated: false } };
  return { items: shown, rest: { Truncated: true, NextMarker: encodeMarker(idOf(last)) } };
}

const PREFIX = 'after:';

function encodeMarker(id: string): string {
  return Buffer.from(PREFIX + id).toString('base64');
}

function decodeMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64').toString();
  if (!text.startsWith(PREFIX)) throw new KmsError('InvalidMarkerException', 'Could not deserialize marker');
  return text.slice(PREFIX.length);
}
