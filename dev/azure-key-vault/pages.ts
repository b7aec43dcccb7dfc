import { badParameter } from './errors.ts';
import type { OperationCall, Output } from './operation.ts';

const MAX_RESULTS = 25;
const PREFIX = 'after:';

/**
 * One page of a list, in the order of ids, which for versions is not the order of their creation. A token is the last id of
 * its page, so a listing goes on correctly when items come and go.
 *
 * @throws {KeyVaultError} BadParameter
 */
export function page<Item>(
  { query, url, path }: OperationCall,
  items: readonly Item[],
  idOf: (item: Item) => string,
  render: (item: Item) => Output,
): Output {
  const limit = Number(query.get('maxresults') ?? MAX_RESULTS);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RESULTS) {
    throw badParameter(`maxresults must be a number from 1 to ${MAX_RESULTS}`);
  }
  const after = readToken(query.get('$skiptoken'));
  const ahead = items.filter((item) => idOf(item) > after).sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
  const shown = ahead.slice(0, limit);
  const last = shown.at(-1);
  const token = ahead.length > limit && last !== undefined ? makeToken(idOf(last)) : undefined;
  const rest = new URLSearchParams({ 'api-version': query.get('api-version') ?? '', maxresults: String(limit) });
  return {
    value: shown.map(render),
    nextLink: token === undefined ? null : `${url}${path}?${rest.toString()}&$skiptoken=${token}`,
  };
}

const makeToken = (id: string): string => Buffer.from(PREFIX + id).toString('base64url');

function readToken(token: string | null): string {
  if (token === null) return '';
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(PREFIX)) throw badParameter('The $skiptoken is not valid.');
  return text.slice(PREFIX.length);
}
