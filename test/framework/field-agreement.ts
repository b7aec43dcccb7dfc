import { fieldData } from '../../src/framework/field-data.ts';
import { fields, type Field } from '../../src/framework/index.ts';
import type { Json } from '../../src/logical/index.ts';
import { withoutValue } from './support.ts';

/** Name of a type of field. */
export type FieldType = keyof typeof fields;

/** A field and what a client sends for it, as `oracle/main.go` takes them. */
export interface FieldAsk {
  readonly type: FieldType;
  readonly default?: Json;
  /** Absent where the client sends nothing. */
  readonly raw?: Json;
}

/** What Go's `FieldData.Validate`, `Get` and `GetOk` say. */
export type FieldAnswer = { readonly error: string } | { readonly value: Json; readonly sent: boolean };

interface Outcome {
  readonly error?: string;
  readonly value?: unknown;
  readonly sent?: boolean;
}

/** What our field makes of it, in the form of Go's answer. */
export function convert(ask: FieldAsk): Outcome {
  const x: Field<unknown> = fields[ask.type]({ default: ask.default as never });
  try {
    const data = fieldData({ x }, ask.raw === undefined ? {} : { x: ask.raw });
    return { value: plain(data.get('x')), sent: data.has('x') };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'number' && !Number.isFinite(value) ? NON_FINITE.get(String(value)) : value;
}

const NON_FINITE = new Map([
  ['Infinity', '+Inf'],
  ['-Infinity', '-Inf'],
  ['NaN', 'NaN'],
]);

/** Vault's answer with the differences that are wanted (docs/framework-differences.md). */
export function expectedOf(ask: FieldAsk, answer: FieldAnswer): Outcome {
  const tooBig = tooBigElements(ask);
  if (tooBig.length > 0) return outOfRange(ask, tooBig, answer);
  if ('error' in answer) return { error: withoutValue(answer.error) };
  return ask.type === 'time' ? expectedTime(answer) : answer;
}

const CONVERTING = 'error converting input for field "x": ';
/** JavaScript's time ends so many milliseconds from the epoch; Go's goes on. */
const TIME_LIMIT = 8.64e15;

// A Date holds milliseconds; the zero time of Go is none here.
function expectedTime({ value, sent = false }: Outcome): Outcome {
  if (!sent) return { value: undefined, sent };
  const [, sign = '', year = '', rest = ''] = /^(-?)(\d+)(.*)$/.exec(String(value)) ?? [];
  // Years that do not have four digits have six and a sign in JavaScript.
  const written = sign === '' && year.length === 4 ? year : `${sign || '+'}${year.padStart(6, '0')}`;
  const time = new Date(`${written}${rest}`);
  if (year.length > 6 || Math.abs(time.getTime()) > TIME_LIMIT || Number.isNaN(time.getTime())) {
    return { error: `${CONVERTING}could not parse string as date and time` };
  }
  return { value: time.toISOString(), sent };
}

/** Names of whole numbers that do not fit, of which Go makes the least one that does, on most machines. */
function tooBigElements({ type, raw }: FieldAsk): readonly string[] {
  const isTooBig = (item: unknown): boolean => typeof item === 'number' && (item >= 2 ** 63 || item < -(2 ** 63));
  if (type === 'int' || type === 'int64') return isTooBig(raw) ? [''] : [];
  if (type !== 'commaIntSlice') return [];
  const items = Array.isArray(raw) ? raw : [raw];
  return items.flatMap((item, index) => (isTooBig(item) ? [`[${index}]`] : []));
}

function outOfRange({ type }: FieldAsk, names: readonly string[], answer: FieldAnswer): Outcome {
  const refusals = names.map((name) => `cannot parse '${name}' as int: value out of range`);
  if (type !== 'commaIntSlice') return { error: `${CONVERTING}${refusals.join('')}` };
  const others = 'error' in answer ? withoutValue(answer.error).split('\n').slice(2) : [];
  const lines = [...others, ...refusals.map((refusal) => `* ${refusal}`)].sort();
  return { error: `${CONVERTING}${lines.length} error(s) decoding:\n\n${lines.join('\n')}` };
}
