import { invalidArgument } from './errors.ts';

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1000;

/**
 * One page of `items`, by `pageSize` and `pageToken`. A token is the place of the next item.
 *
 * @throws {GoogleError} INVALID_ARGUMENT
 */
export function page<T>(
  items: readonly T[],
  query: URLSearchParams,
): { readonly items: readonly T[]; readonly rest: { readonly nextPageToken?: string; readonly totalSize: number } } {
  const size = Number(query.get('pageSize') ?? 0);
  if (!Number.isInteger(size) || size < 0) throw invalidArgument('page_size must not be negative.');
  const token = query.get('pageToken') ?? '';
  const start = token === '' ? 0 : Number(/^at-(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1] ?? NaN);
  if (Number.isNaN(start)) throw invalidArgument('The page token is invalid.');
  const end = start + Math.min(size === 0 ? DEFAULT_SIZE : size, MAX_SIZE);
  const next = end < items.length ? { nextPageToken: Buffer.from(`at-${end}`).toString('base64url') } : {};
  return { items: items.slice(start, end), rest: { ...next, totalSize: items.length } };
}
