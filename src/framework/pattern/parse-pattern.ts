import { parseClass, parseEscape } from './character-class.ts';
import { patternError, take, takeCharacter, type Cursor } from './cursor.ts';

/**
 * A part of a path pattern: what it stands for, and the same in JavaScript's syntax. What is empty matches no text;
 * `asserts` tells an anchor or a boundary.
 */
export type PatternNode = (
  | { readonly kind: 'empty'; readonly asserts?: true }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'alternatives'; readonly branches: readonly PatternNode[] }
  | { readonly kind: 'optional'; readonly part: PatternNode }
  | { readonly kind: 'capture'; readonly name: string; readonly part: PatternNode }
  | { readonly kind: 'group'; readonly part: PatternNode }
  /** Repetition or a choice of characters: more texts than a document can list. */
  | { readonly kind: 'wild'; readonly mayBeEmpty?: boolean }
) & { readonly source: string };

/**
 * Parses a path pattern, written in the part of Go's syntax (RE2) that path patterns use: literals, escapes, classes,
 * groups, alternatives, repetition, anchors.
 *
 * @throws {Error} for what is not understood, flags, Unicode classes and captures in a repetition say, or is not well formed
 */
export function parsePattern(pattern: string): PatternNode {
  const cursor = { pattern, at: 0 };
  const node = parseAlternatives(cursor);
  if (cursor.at < pattern.length) throw patternError(cursor, 'unexpected )');
  return node;
}

function parseAlternatives(cursor: Cursor): PatternNode {
  const branches = [parseSequence(cursor)];
  while (cursor.pattern[cursor.at] === '|') {
    cursor.at++;
    branches.push(parseSequence(cursor));
  }
  const [first] = branches;
  if (first && branches.length === 1) return first;
  return { kind: 'alternatives', branches, source: branches.map(({ source }) => source).join('|') };
}

function parseSequence(cursor: Cursor): PatternNode {
  const parts: PatternNode[] = [];
  for (;;) {
    const character = cursor.pattern[cursor.at];
    if (character === undefined || character === '|' || character === ')') return sequence(parts);
    const part = parseRepetition(cursor, parseAtom(cursor));
    const last = parts.at(-1);
    if (part.kind === 'literal' && last?.kind === 'literal') parts[parts.length - 1] = joined(last, part);
    else parts.push(part);
  }
}

type Literal = PatternNode & { readonly kind: 'literal' };

function joined(a: Literal, b: Literal): PatternNode {
  return { kind: 'literal', text: a.text + b.text, source: a.source + b.source };
}

function sequence(parts: readonly PatternNode[]): PatternNode {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const source = parts.map((part) => part.source).join('');
  return parts.length === 0 ? { kind: 'empty', source } : { kind: 'sequence', parts, source };
}

const REPETITION = /(?:[*+?]|\{\d+(?:,\d*)?\})/y;

function parseRepetition(cursor: Cursor, part: PatternNode): PatternNode {
  const operator = take(cursor, REPETITION);
  if (operator === undefined) return part;
  const lazy = take(cursor, /\?/y) ?? '';
  if (take(cursor, REPETITION) !== undefined) throw patternError(cursor, 'invalid nested repetition operator');
  if (operator === '?') return { kind: 'optional', part, source: optionalSource(part, lazy === '') };
  // After a repetition Go keeps the last text that a capture had, JavaScript only what the last round gave it.
  if (part.source.includes('(?<')) throw patternError(cursor, 'a capture cannot be repeated');
  // What stands alone in RE2, an anchor say, may be repeated there, but not in JavaScript.
  const repeated = part.kind === 'empty' ? `(?:${part.source})` : part.source;
  // In RE2 an empty round ends a repetition, in JavaScript it does not count; so captures elsewhere would differ.
  if (part.kind !== 'empty' && mayBeEmpty(part)) {
    throw patternError(cursor, 'what may be empty cannot be repeated');
  }
  return {
    kind: 'wild',
    mayBeEmpty: mayBeEmpty(part) || /^(?:\*|\{0)/.test(operator),
    source: `${repeated}${operator}${lazy}`,
  };
}

function mayBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'empty':
    case 'optional':
      return true;
    case 'literal':
      return false;
    case 'sequence':
      return node.parts.every(mayBeEmpty);
    case 'alternatives':
      return node.branches.some(mayBeEmpty);
    case 'capture':
    case 'group':
      return mayBeEmpty(node.part);
    case 'wild':
      return node.mayBeEmpty ?? false;
  }
}

// JavaScript does not take an option that matches nothing; Go does, and captures the empty text.
function optionalSource(part: PatternNode, greedy: boolean): string {
  return greedy ? `(?:${part.source}|)` : `(?:|${part.source})`;
}

/** Escapes of anchors and assertions, in JavaScript's syntax. */
const ASSERTIONS: ReadonlyMap<string, string> = new Map([
  ['A', '^'],
  ['z', '$'],
  ['b', '\\b'],
  ['B', '\\B'],
]);

function parseAtom(cursor: Cursor): PatternNode {
  const character = cursor.pattern.charAt(cursor.at);
  switch (character) {
    case '(':
      return parseGroup(cursor);
    case '[':
      return ofClass(parseClass(cursor));
    case '\\': {
      const assertion = ASSERTIONS.get(cursor.pattern.charAt(cursor.at + 1));
      if (assertion === undefined) return ofClass(parseEscape(cursor));
      cursor.at += 2;
      return { kind: 'empty', asserts: true, source: assertion };
    }
    case '^':
    case '$':
      cursor.at++;
      return { kind: 'empty', asserts: true, source: character };
    case '.':
      cursor.at++;
      return { kind: 'wild', source: '[^\\n]' };
    case '*':
    case '+':
    case '?':
      throw patternError(cursor, 'nothing to repeat');
    default: {
      const literal = takeCharacter(cursor);
      return { kind: 'literal', text: literal, source: /[{}\]/]/.test(literal) ? `\\${literal}` : literal };
    }
  }
}

function ofClass({ literal, source }: { readonly literal?: string; readonly source: string }): PatternNode {
  return literal === undefined ? { kind: 'wild', source } : { kind: 'literal', text: literal, source };
}

function parseGroup(cursor: Cursor): PatternNode {
  const opening = take(cursor, /\((?:\?(?::|P?<(\w+)>))?/y) ?? '';
  if (cursor.pattern[cursor.at] === '?') throw patternError(cursor, 'flags are not supported');
  const part = parseAlternatives(cursor);
  if (cursor.pattern[cursor.at] !== ')') throw patternError(cursor, 'missing )');
  cursor.at++;
  const name = /<(\w+)>/.exec(opening)?.[1];
  if (name !== undefined) return { kind: 'capture', name, part, source: `(?<${name}>${part.source})` };
  const source = `(?:${part.source})`;
  // A plain group captures nothing that Vault looks at; it only keeps its parts together.
  return opening === '(?:' ? { ...part, source } : { kind: 'group', part, source };
}
