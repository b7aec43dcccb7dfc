import type { Operations } from './context.ts';
import { invalid, limitExceeded, tagError } from './errors.ts';
import { readInput } from './input.ts';
import { requireState } from './key-state.ts';
import { findKey } from './look-up.ts';
import { page, readPage } from './pages.ts';

const MAX_TAGS = 50;

/**
 * Reads the list of a Tags field.
 *
 * @throws {KmsError} TagException, ValidationException
 */
export function readTags(list: readonly unknown[]): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const item of list) {
    const { TagKey: key, TagValue: value } = (item ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof key !== 'string' || typeof value !== 'string') throw invalid('A tag needs a TagKey and a TagValue');
    if (key.length < 1 || key.length > 128) throw invalid(`The tag key has ${key.length} characters, not 1 to 128`);
    if (value.length > 256) throw invalid(`The tag value has ${value.length} characters, not 0 to 256`);
    if (/^aws:/i.test(key)) throw tagError('Tags beginning with aws: are reserved');
    if (!ALLOWED.test(key) || !ALLOWED.test(value)) throw tagError('The tag has characters that are not allowed');
    if (tags.has(key)) throw tagError(`Duplicate tag key ${key}`);
    tags.set(key, value);
  }
  if (tags.size > MAX_TAGS) throw tagError('Too many tags');
  return tags;
}

// Letters, digits, spaces and these, of every script (Developer Guide, "Tags in AWS KMS").
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export const tagOperations: Operations = {
  TagResource(context, body) {
    const tags = readInput(body, (fields) => readTags(fields.list('Tags')));
    const key = findKey(context, body);
    requireState(key, 'Enabled', 'Disabled', 'PendingImport');
    const merged = new Map([...key.tags, ...tags]);
    if (merged.size > MAX_TAGS) throw limitExceeded(`A KMS key can have at most ${MAX_TAGS} tags`);
    for (const [name, value] of tags) key.tags.set(name, value);
    return undefined;
  },

  UntagResource(context, body) {
    const names = readInput(body, (fields) => fields.list('TagKeys'));
    const key = findKey(context, body);
    requireState(key, 'Enabled', 'Disabled', 'PendingImport');
    for (const name of names) key.tags.delete(String(name));
    return undefined;
  },

  ListResourceTags(context, body) {
    const request = readInput(body, (fields) => readPage(fields, 50, 50));
    const key = findKey(context, body);
    const { items, rest } = page(key.tags, ([name]) => name, request);
    return { Tags: items.map(([TagKey, TagValue]) => ({ TagKey, TagValue })), ...rest };
  },
};
