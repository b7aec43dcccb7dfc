import * as fc from 'fast-check';
import { genericName, genericNameWithAt, matchAll, optionalParam } from '../../../src/framework/index.ts';

/** A pattern with texts that it should match, made along with it. */
export interface SampledPattern {
  readonly pattern: string;
  readonly texts: readonly string[];
  /** Whether it matches the empty text somewhere, as an anchor does. */
  readonly mayBeEmpty: boolean;
}

const SAMPLES = 3;
/** Stands for the name of a capture until all are known. */
const UNNAMED = '@';

/** Path patterns: like those of real engines, and any that the syntax allows. */
export function pathPattern(): fc.Arbitrary<SampledPattern> {
  return fc.oneof({ weight: 3, arbitrary: realistic() }, { weight: 2, arbitrary: anything() }).map(named);
}

/** Names of the captures in a pattern. */
export function capturesOf(pattern: string): readonly string[] {
  return [...pattern.matchAll(/\(\?P<(\w+)>/g)].map(([, name = '']) => name);
}

function named({ pattern, ...rest }: SampledPattern): SampledPattern {
  let count = 0;
  const withNames = pattern.replaceAll(`(?P<${UNNAMED}>`, () => `(?P<n${++count}>`);
  return { pattern: withNames === '' ? '^' : withNames, ...rest };
}

function always(pattern: string, text = pattern): fc.Arbitrary<SampledPattern> {
  return fc.constant({ pattern, texts: Array.from({ length: SAMPLES }, () => text), mayBeEmpty: text === '' });
}

function sampled(pattern: string, text: fc.Arbitrary<string>, mayBeEmpty = false): fc.Arbitrary<SampledPattern> {
  return fc.array(text, { minLength: SAMPLES, maxLength: SAMPLES }).map((texts) => ({ pattern, texts, mayBeEmpty }));
}

function sequence(parts: readonly fc.Arbitrary<SampledPattern>[]): fc.Arbitrary<SampledPattern> {
  return fc.tuple(...parts).map(concatenated);
}

function concatenated(parts: readonly SampledPattern[]): SampledPattern {
  return {
    pattern: parts.map(({ pattern }) => pattern).join(''),
    texts: Array.from({ length: SAMPLES }, (_, index) => parts.map(({ texts }) => texts[index] ?? '').join('')),
    mayBeEmpty: parts.every(({ mayBeEmpty }) => mayBeEmpty),
  };
}

const choices = fc.array(fc.nat({ max: 5 }), { minLength: SAMPLES, maxLength: SAMPLES });

function alternatives(branch: fc.Arbitrary<SampledPattern>, minLength = 1): fc.Arbitrary<SampledPattern> {
  return fc.tuple(fc.array(branch, { minLength, maxLength: 4 }), choices).map(([branches, chosen]) => ({
    pattern: branches.map(({ pattern }) => pattern).join('|'),
    texts: chosen.map((choice, index) => branches[choice % branches.length]?.texts[index] ?? ''),
    mayBeEmpty: branches.some(({ mayBeEmpty }) => mayBeEmpty),
  }));
}

function grouped(opening: string, part: fc.Arbitrary<SampledPattern>): fc.Arbitrary<SampledPattern> {
  return part.map(({ pattern, ...rest }) => ({ pattern: `${opening}${pattern})`, ...rest }));
}

/** How often an operator lets its part occur, at least and at most. */
const OPERATORS = { '?': [0, 1], '*': [0, 3], '+': [1, 3], '{2}': [2, 2], '{0,2}': [0, 2], '{1,}': [1, 3] } as const;

function repeated(part: fc.Arbitrary<SampledPattern>, operators: readonly (keyof typeof OPERATORS)[]) {
  const operator = fc.constantFrom(...operators);
  return fc
    .tuple(part, operator, fc.constantFrom('', '', '?'), choices)
    .map(([{ pattern, texts, mayBeEmpty }, often, lazy, counts]) => {
      // A capture and what may be empty cannot be repeated; here they are optional then.
      const taken = pattern.includes('(?P<') || (mayBeEmpty && !isAnchor(pattern)) ? '?' : often;
      const [least, most] = OPERATORS[taken];
      return {
        pattern: `${pattern}${taken}${lazy}`,
        texts: texts.map((text, index) => text.repeat(least + ((counts[index] ?? 0) % (most - least + 1)))),
        mayBeEmpty: mayBeEmpty || least === 0,
      };
    });
}

const isAnchor = (pattern: string): boolean => /^(?:[$^]|\\[AzbB])$/.test(pattern);

const nameText = fc.stringMatching(/^\w([\w.-]{0,5}\w)?$/);
const word = fc
  .constantFrom('key', 'kms', 'config', 'rotate', 'a', 'ab', 'abc', 'x_y', 'sign-self')
  .chain((text) => always(text));

/** Segments between slashes, captures by the framework's own helpers, options at the end. */
function realistic(): fc.Arbitrary<SampledPattern> {
  const capture = fc.oneof(
    sampled(genericName(UNNAMED), nameText),
    sampled(genericNameWithAt(UNNAMED), fc.stringMatching(/^\w([\w.@-]{0,5}\w)?$/)),
    grouped(`(?P<${UNNAMED}>`, alternatives(word)),
  );
  const segment = fc.oneof(word, word, capture, grouped('(', alternatives(word)), grouped('(?:', alternatives(word)));
  const slash = always('/');
  const tail = fc.oneof(
    always(''),
    repeated(slash, ['?']),
    sampled(optionalParam(UNNAMED), fc.stringMatching(/^(\/[^\n]{1,6})?$/), true),
    sampled(matchAll(UNNAMED), fc.stringMatching(/^[^\n]{0,6}$/), true),
    sequence([slash, sampled(matchAll(UNNAMED), fc.stringMatching(/^[^\n]{0,6}$/), true)]),
    repeated(grouped('(', sequence([slash, segment])), ['?']),
    repeated(grouped('(', sequence([slash, word, repeated(grouped('(', sequence([slash, capture])), ['?'])])), ['?']),
  );
  return fc.tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), tail).map(([segments, end]) => {
    const between = { pattern: '/', texts: Array.from({ length: SAMPLES }, () => '/'), mayBeEmpty: false };
    return concatenated([...segments.flatMap((each, index) => (index === 0 ? [each] : [between, each])), end]);
  });
}

/** Classes with what is in them, and what only JavaScript or Unicode would take for one of them. */
const CLASSES: readonly (readonly [string, string])[] = [
  ['\\w', 'aZ0_éſ٣'],
  ['\\W', '-/é ~ſ٣\u00a0'],
  ['\\d', '059٣'],
  ['\\D', 'a/é٣\u00a0'],
  ['\\s', ' \t\n\f\r\v\u0085\u00a0\u2028\ufeff'],
  ['\\S', 'a\u00a0/\v\u0085\u2028'],
  ['[^\\s]', 'a\v\u00a0\u2028'],
  ['[\\w-.]', 'a-.'],
  ['[\\w-.@]', 'a@'],
  ['[a-c]', 'abc'],
  ['[^/]', 'a\né'],
  ['[^a-c/]', 'd0'],
  ['[]x]', ']x'],
  ['[^]]', 'a['],
  ['[-a]', '-a'],
  ['[a-]', 'a-'],
  ['[^\\W]', 'a_'],
  ['[\\.\\-/]', '.-/'],
  ['[é-ü]', 'éü'],
  ['[👍-👏]', '👍👎'],
  ['[+--]', '+,-'],
  ['[$^]', '$^'],
  ['[a]', 'a'],
  ['.', 'a/é👍'],
];

function anything(): fc.Arbitrary<SampledPattern> {
  const literal = fc.constantFrom(
    'a',
    'b',
    'c',
    '/',
    '-',
    '_',
    '~',
    '%',
    '"',
    '&',
    '<',
    '@',
    'é',
    '👍',
    ' ',
    ',',
    ':',
    '=',
    '}',
    ']',
  );
  const escaped = fc.constantFrom('.', '-', '/', '\\', '*', '(', '[', '{', '|', '$', '+', '_');
  const atom = fc.oneof(
    { weight: 6, arbitrary: literal.chain((text) => always(text)) },
    { weight: 2, arbitrary: escaped.filter((text) => text !== '_').chain((text) => always(`\\${text}`, text)) },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(...CLASSES)
        .chain(([source, members]) => sampled(source, fc.constantFrom(...Array.from(members)))),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('^', '$', '\\A', '\\z', '\\b', '\\B', '(?:)', '()')
        .chain((source) => always(source, '')),
    },
    { weight: 1, arbitrary: sampled(genericName(UNNAMED), nameText) },
  );
  const { choice } = fc.letrec<{ choice: SampledPattern; part: SampledPattern }>((tie) => {
    const [part, choice] = [tie('part'), tie('choice')];
    const group = fc.oneof(grouped('(', choice), grouped('(?:', choice), grouped(`(?P<${UNNAMED}>`, choice));
    return {
      part: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        atom,
        fc.array(part, { minLength: 1, maxLength: 3 }).map(concatenated),
        repeated(group, ['?', '?', '*', '+', '{2}', '{0,2}', '{1,}']),
        group,
        repeated(atom, ['?', '*', '+', '{2}', '{0,2}', '{1,}']),
      ),
      choice: fc.oneof({ weight: 3, arbitrary: part }, { weight: 1, arbitrary: alternatives(part, 2) }),
    };
  });
  return choice;
}
