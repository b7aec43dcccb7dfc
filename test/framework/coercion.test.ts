import { describe, expect, it } from 'vitest';
import { fieldData } from '../../src/framework/field-data.ts';
import { fields, type Field } from '../../src/framework/index.ts';
import type { Json } from '../../src/logical/index.ts';
import { recorded, withoutValue } from './support.ts';

interface Ask {
  readonly type: keyof typeof fields;
  readonly default?: Json;
  /** Absent where the client sends nothing. */
  readonly raw?: Json;
}
type Answer = { readonly error: string } | { readonly value: Json; readonly sent: boolean };

// Asked of HashiCorp's sdk/framework v0.25.1 by oracle/main.go: what FieldData.Validate, Get and GetOk say.
const table = recorded<Ask, Answer>('coercion');

describe.each(Object.keys(fields))('a field of type %s', (type) => {
  it.each(table.filter(({ ask }) => ask.type === type).map(({ ask, answer }) => [JSON.stringify(ask), ask, answer]))(
    'agrees with Vault on %s',
    (_, ask, answer) => {
      expect(convert(ask)).toEqual(expected(ask, answer));
    },
  );
});

it('has a recorded answer for every type of field', () => {
  expect(new Set(table.map(({ ask }) => ask.type))).toEqual(new Set(Object.keys(fields)));
});

it('never repeats what was sent in an error', () => {
  const secret = 'hunter2';
  const shapes: Json[] = [
    secret,
    [secret],
    [[secret]],
    { a: { b: secret } },
    [{ [secret]: 1 }, secret],
    `{"a":${secret}`,
  ];
  for (const type of Object.keys(fields) as Ask['type'][]) {
    for (const raw of shapes) expect(JSON.stringify(convert({ type, raw }).error ?? '')).not.toContain(secret);
  }
});

interface Outcome {
  readonly error?: string;
  readonly value?: unknown;
  readonly sent?: boolean;
}

function convert(ask: Ask): Outcome {
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

/** Vault's answer with the differences that are wanted. */
function expected(ask: Ask, answer: Answer): Outcome {
  if ('error' in answer) return { error: withoutValue(answer.error) };
  if (ask.type === 'time') return expectedTime(answer);
  return isTooBig(ask) ? { error: expect.stringContaining('value out of range') as string } : answer;
}

// A Date holds milliseconds; the zero time of Go is none here.
function expectedTime({ value, sent = false }: Outcome): Outcome {
  return { value: sent ? new Date(String(value)).toISOString() : undefined, sent };
}

/** A number that does not fit, of which Go makes the least one that does, on most machines. */
function isTooBig({ type, raw }: Ask): boolean {
  const isWhole = type === 'int' || type === 'int64' || type === 'commaIntSlice';
  return isWhole && [raw].flat().some((item) => typeof item === 'number' && (item >= 2 ** 63 || item < -(2 ** 63)));
}
