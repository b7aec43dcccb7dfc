import { toLower } from '../go-text.ts';
import type { DisplayAttributes, PathOperation } from '../path.ts';

/** What the name of an operation is made from. */
export interface OperationNaming {
  readonly operation: PathOperation;
  /** Without a leading slash. */
  readonly path: string;
  /** Which of the paths that the pattern stands for it is. */
  readonly index: number;
  /** The operation's own attributes, then those of the path. */
  readonly displays: readonly (DisplayAttributes | undefined)[];
  readonly defaultPrefix: string;
}

/**
 * Names an operation as Vault does: `<prefix>-<verb>-<suffix>`, each from the attributes, else made up: the mount type,
 * the operation, the words of the path. Attributes that give the verb leave the other two out if they do not give them.
 */
export function operationId({ operation, path, index, displays, defaultPrefix }: OperationNaming): string {
  const pick = (name: 'operationPrefix' | 'operationVerb' | 'operationSuffix'): string =>
    displays.map((display) => display?.[name] ?? '').find((value) => value !== '') ?? '';
  const givenPrefix = pick('operationPrefix');
  const givenVerb = pick('operationVerb');
  const suffixes = pick('operationSuffix').split('|');
  const suffixMissing = index >= suffixes.length;
  const givenSuffix = suffixes[index] ?? '';

  const prefix = givenPrefix === '' && givenVerb === '' ? defaultPrefix : givenPrefix;
  const verb = givenVerb || (operation === 'update' ? 'write' : operation);
  const suffix = givenSuffix === '' && (givenVerb === '' || suffixMissing) ? hyphenated(words(path)) : givenSuffix;
  return hyphenated([prefix, verb, suffix]);
}

/** A word as Unicode divides text, near enough: what stands between its letters must not end it. */
const WORD = /[\p{L}\p{N}\p{M}_'’.:]+/gu;

/** `key-management-update-key` as `KeyManagementUpdateKey`. */
export function titleCase(id: string): string {
  return id.replace(WORD, (word) => word.replace(/\p{Cased}/u, titled)).replaceAll('-', '');
}

// Of several letters that one becomes, `SS` of `ß` say, the first is large.
function titled(letter: string): string {
  const [first = '', ...others] = letter.toUpperCase();
  return first + toLower(others.join(''));
}

function words(path: string): readonly string[] {
  return path.split(/\W+/);
}

function hyphenated(parts: readonly string[]): string {
  return toLower(parts.filter((part) => part !== '').join('-'));
}
