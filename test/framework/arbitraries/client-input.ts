import * as fc from 'fast-check';
import type { FieldType } from '../field-agreement.ts';

/**
 * JSON as clients send it: the shapes of the CLI (`k=v` once and repeated, lists at commas, everything as text), of
 * forms and of programs, and what nobody sends on purpose. As text, so that `1.0`, `-0` and `1e5` stay what they are.
 */
export function clientInput(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 10, arbitrary: fc.oneof(...texts()).map(json) },
    { weight: 4, arbitrary: number() },
    { weight: 1, arbitrary: fc.constantFrom('true', 'false', 'null', '[]', '{}', '[null]', '""') },
    { weight: 4, arbitrary: list(fc.oneof(...texts()).map(json)) },
    { weight: 3, arbitrary: list(nested()) },
    { weight: 3, arbitrary: object(fc.oneof(...texts().map((text) => text.map(json)), list(pair().map(json)))) },
    { weight: 3, arbitrary: object(nested()) },
    { weight: 1, arbitrary: nested() },
  );
}

/** What is meant for a field of this type, and any client input. */
export function inputFor(type: FieldType): fc.Arbitrary<string> {
  const meant = MEANT[type]?.();
  return meant ? fc.oneof(clientInput(), meant) : clientInput();
}

const MEANT: Readonly<Partial<Record<FieldType, () => fc.Arbitrary<string>>>> = {
  lowerCaseString: () => word().map(json),
  nameString: () => word().map(json),
  int: () => wholeNumber().map(json),
  int64: () => wholeNumber().map(json),
  float: () => decimal().map(json),
  bool: () => bool().map(json),
  commaIntSlice: () => list(wholeNumber().map(json)),
  durationSecond: () => duration().map(json),
  signedDurationSecond: () => duration().map(json),
  time: () => time().map(json),
  header: () => fc.oneof(header().map(json), list(headerLine().map(json))),
};

function json(value: unknown): string {
  return JSON.stringify(value);
}

/** Letters with two cases that Unicode has had since 16: Go and the various Node.js do not all know them. */
const NEWER_CASED = /[\u1c89\u1c8a\ua7cb-\ua7d5\ua7da-\ua7dc\u{10d50}-\u{10d85}\u{16ea0}-\u{16ed3}]/u;

/** Texts of all kinds that a field may be written as. */
function texts(): fc.Arbitrary<string>[] {
  const one = [wholeNumber(), decimal(), duration(), time(), word(), pair(), bool()];
  return [
    ...one,
    fc.array(fc.oneof(...one), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(',')),
    header(),
    edited(fc.oneof(...one)),
    fc.string({ unit: 'binary', maxLength: 8 }).filter((text) => !NEWER_CASED.test(text)),
  ];
}

const sign = fc.constantFrom('', '', '', '-', '+');

function digits(allowed: string, maxLength = 6): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...Array.from(allowed)), minLength: 1, maxLength });
}

function joined(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((each) => each.join(''));
}

/** Whole numbers in Go's syntax, near the ends of what fits too. */
function wholeNumber(): fc.Arbitrary<string> {
  return fc.oneof(
    joined(sign, digits('0123456789', 22)),
    joined(sign, digits('0123456789_')),
    joined(sign, fc.constantFrom('0x', '0X'), digits('0123456789abcdefABCDEF_', 18)),
    joined(sign, fc.constantFrom('0o', '0O', '0'), digits('01234567_', 8)),
    joined(sign, fc.constantFrom('0b', '0B'), digits('01_', 12)),
    fc
      .bigInt({ min: -3n, max: 3n })
      .chain((near) =>
        fc
          .constantFrom(0n, 2n ** 31n, 2n ** 53n, 2n ** 63n, -(2n ** 63n), 2n ** 64n, -(2n ** 64n), 9_223_372_036n)
          .map((end) => String(end + near)),
      ),
  );
}

/** Numbers with a point or an exponent in Go's syntax. */
function decimal(): fc.Arbitrary<string> {
  const exponent = joined(fc.constantFrom('e', 'E'), sign, digits('0123456789_', 3));
  const fraction = joined(fc.constant('.'), fc.oneof(fc.constant(''), digits('0123456789_', 20)));
  return fc.oneof(
    joined(sign, digits('0123456789_'), fraction, fc.oneof(fc.constant(''), exponent)),
    joined(sign, digits('0123456789_'), exponent),
    joined(sign, fc.constant('.'), digits('0123456789')),
    joined(
      sign,
      fc.constant('0x'),
      digits('0123456789abcdef_', 16),
      fc.oneof(fc.constant(''), joined(fc.constant('.'), digits('0123456789abcdef_', 8))),
      fc.constantFrom('p', 'P', ''),
      sign,
      digits('0123456789', 4),
    ),
    joined(sign, fc.constantFrom('inf', 'Inf', 'INFINITY', 'infinity', 'nan', 'NaN', 'infinit')),
  );
}

function duration(): fc.Arbitrary<string> {
  const unit = fc.constantFrom('ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h', 'd', 'w', 'S', '');
  const amount = fc.oneof(digits('0123456789', 5), digits('0123456789', 20), decimalAmount());
  const part = joined(amount, unit);
  return joined(
    sign,
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
  );
}

function decimalAmount(): fc.Arbitrary<string> {
  return joined(fc.oneof(fc.constant(''), digits('0123456789', 4)), fc.constant('.'), digits('0123456789', 20));
}

function time(): fc.Arbitrary<string> {
  const padded = (min: number, max: number, width = 2): fc.Arbitrary<string> =>
    fc.integer({ min, max }).map((value) => String(value).padStart(width, '0'));
  const offset = fc.oneof(
    fc.constantFrom('Z', 'z', ''),
    joined(fc.constantFrom('+', '-'), padded(0, 25), fc.constantFrom(':', ''), padded(0, 61)),
  );
  const fraction = fc.oneof(fc.constant(''), joined(fc.constantFrom('.', ','), digits('0123456789', 12)));
  const date = joined(
    padded(0, 10_000, 4),
    fc.constant('-'),
    padded(0, 13),
    fc.constant('-'),
    fc.oneof(padded(1, 28), padded(0, 32)),
  );
  return joined(
    date,
    fc.constantFrom('T', 'T', 'T', 'T', 't', ' '),
    fc.oneof(padded(0, 25), padded(0, 9, 1)),
    fc.constant(':'),
    padded(0, 61),
    fc.constant(':'),
    padded(0, 61),
    fraction,
    offset,
  );
}

function bool(): fc.Arbitrary<string> {
  return fc.constantFrom(
    'true',
    'True',
    'TRUE',
    'tRUE',
    't',
    'T',
    'yes',
    'on',
    '1',
    'false',
    'f',
    'F',
    'False',
    '0',
    '',
  );
}

/** Names, in other scripts and cases too. */
function word(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from('aZ09_-.@/ ')), maxLength: 8 }),
    fc.string({ unit: fc.constantFrom(...Array.from('äÖßİıΣςÅKſДжǅ👍\u0301')), minLength: 1, maxLength: 5 }),
    fc.constantFrom('__proto__', 'constructor', 'content-type', 'X-vault-TOKEN', 'aB-c', '\u00a0x\u3000', '\t x\n'),
  );
}

/** `key=value` and `name:value`. */
function pair(): fc.Arbitrary<string> {
  return joined(fc.oneof(word(), fc.constant('')), fc.constantFrom('=', ':', '==', '=a=', ' = ', ''), word());
}

/** `name:value` as a list of headers has it, now and then without one of the three. */
function headerLine(): fc.Arbitrary<string> {
  const name = fc.constantFrom('a', 'A', 'x-b', 'X-B', 'x y', 'é');
  const value = fc.constantFrom('v', 'w', ' v ', '', 'a:b', ':');
  const whole = joined(name, fc.constant(':'), value);
  const broken = fc.oneof(joined(fc.constant(':'), value), name, fc.constant(''));
  return fc.oneof({ weight: 5, arbitrary: whole }, { weight: 1, arbitrary: broken });
}

/** A header as JSON, maybe in base64, with something after it, or broken. */
function header(): fc.Arbitrary<string> {
  const members = object(fc.oneof(word().map(json), list(word().map(json)), number(), nested()));
  const text = fc.oneof(
    members,
    joined(fc.constantFrom(' ', '\n', ''), members, fc.constantFrom('', ' ', 'x', '{}', ',')),
    nested(),
    edited(members),
  );
  return fc.oneof(
    text,
    text.map((each) => Buffer.from(each).toString('base64')),
    edited(text.map((each) => Buffer.from(each).toString('base64'))),
    text.map((each) => Buffer.from(each).toString('base64url')),
  );
}

/** A text with one place changed. */
function edited(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(text, fc.nat({ max: 40 }), fc.constantFrom('', ' ', '\n', '"', ',', '_', '-', '=', 'x', '0'))
    .map(([original, place, change]) => {
      const letters = Array.from(original);
      const at = letters.length === 0 ? 0 : place % letters.length;
      return letters.toSpliced(at, change === '' ? 1 : 0, change).join('');
    });
}

/** Numbers of JSON in all of its forms. */
function number(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.integer({ min: -10, max: 100 }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(json),
    fc.double({ noNaN: true, min: -1e20, max: 1e20 }).map(json),
    fc.constantFrom(
      '-0',
      '0.0',
      '1.0',
      '1e5',
      '1E+2',
      '1e-7',
      '-0.0',
      '1.5',
      '9223372036',
      '9223372037',
      '-9223372037',
    ),
    fc.constantFrom('9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '1e300'),
  );
}

function list(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(item, { maxLength: 4 }).map((items) => `[${items.join(',')}]`);
}

function object(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const name = fc.oneof(fc.constantFrom('a', 'b', 'A', 'x-y', 'X-Y', '1', ''), word());
  return fc
    .uniqueArray(fc.tuple(name, value), { maxLength: 3, selector: ([each]) => each })
    .map((members) => `{${members.map(([each, sent]) => `${json(each)}:${sent}`).join(',')}}`);
}

/** Anything, some levels deep. */
function nested(): fc.Arbitrary<string> {
  return fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(fc.constantFrom('null', 'true', 'false', '"a"', '"1"', '""', '"k=v"', '"n:v"'), number()),
      list(tie('any')),
      object(tie('any')),
    ),
  })).any;
}
