import { patternError, takeCharacter, type Cursor } from './cursor.ts';

/** One character or a set of them, in JavaScript's syntax; `literal` where it is one. */
export interface CharacterSet {
  readonly literal?: string;
  readonly source: string;
}

/** Go's sets, which are ASCII; as ranges they may stand in a class, negated too. */
const PERL_SETS: ReadonlyMap<string, string> = new Map([
  ['d', '0-9'],
  ['D', '\\0-\\/:-\\u{10ffff}'],
  ['w', '0-9A-Z_a-z'],
  ['W', '\\0-\\/:-@\\[-\\^`\\{-\\u{10ffff}'],
  ['s', '\\t\\n\\f\\r '],
  ['S', '\\0-\\x08\\x0b\\x0e-\\x1f!-\\u{10ffff}'],
]);

const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/** Parses an escape, `\w` or `\.` say, outside of a class. */
export function parseEscape(cursor: Cursor): CharacterSet {
  const set = parsePerlSet(cursor);
  if (set !== undefined) return { source: `[${set}]` };
  const literal = parseEscapedCharacter(cursor);
  return { literal, source: escaped(literal) };
}

/** Parses a class, `[\w-.]` say; a `-` that makes no range stands for itself. */
export function parseClass(cursor: Cursor): CharacterSet {
  const { pattern } = cursor;
  cursor.at++;
  const negated = pattern[cursor.at] === '^';
  if (negated) cursor.at++;
  const members: string[] = [];
  let single: string | undefined;
  do {
    if (cursor.at >= pattern.length) throw patternError(cursor, 'missing ]');
    if (pattern.startsWith('[:', cursor.at)) throw patternError(cursor, 'POSIX classes are not supported');
    const set = parsePerlSet(cursor);
    const range = set === undefined ? parseRange(cursor) : undefined;
    single = range?.low === range?.high ? range?.low : undefined;
    members.push(set ?? rangeSource(range));
  } while (pattern[cursor.at] !== ']');
  cursor.at++;
  const source = `[${negated ? '^' : ''}${members.join('')}]`;
  return single !== undefined && members.length === 1 && !negated ? { literal: single, source } : { source };
}

interface Range {
  readonly low: string;
  readonly high: string;
}

function parseRange(cursor: Cursor): Range {
  const low = parseMember(cursor);
  const next = cursor.pattern[cursor.at + 1];
  if (cursor.pattern[cursor.at] !== '-' || next === undefined || next === ']') return { low, high: low };
  cursor.at++;
  const high = parseMember(cursor);
  if (low > high) throw patternError(cursor, 'invalid character class range');
  return { low, high };
}

function rangeSource(range: Range | undefined): string {
  if (!range) return '';
  return range.low === range.high ? escaped(range.low) : `${escaped(range.low)}-${escaped(range.high)}`;
}

function parseMember(cursor: Cursor): string {
  return cursor.pattern[cursor.at] === '\\' ? parseEscapedCharacter(cursor) : takeCharacter(cursor);
}

function parsePerlSet(cursor: Cursor): string | undefined {
  if (cursor.pattern[cursor.at] !== '\\') return undefined;
  const set = PERL_SETS.get(cursor.pattern.charAt(cursor.at + 1));
  if (set !== undefined) cursor.at += 2;
  return set;
}

function parseEscapedCharacter(cursor: Cursor): string {
  const character = cursor.pattern.charAt(cursor.at + 1);
  const literal = /^[!-/:-@[-`{-~]$/.test(character) ? character : CONTROLS.get(character);
  if (literal === undefined) throw patternError(cursor, `unsupported escape \\${character}`);
  cursor.at += 2;
  return literal;
}

function escaped(character: string): string {
  return /^[\w ]$/.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
