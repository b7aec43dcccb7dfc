import { describe, expect, it } from 'vitest';
import { fields } from '../../src/framework/index.ts';
import type { Json } from '../../src/logical/index.ts';
import { convert, expectedOf, type FieldAnswer, type FieldAsk, type FieldType } from './field-agreement.ts';
import { recorded } from './support.ts';

// Asked of HashiCorp's sdk/framework v0.25.1 by oracle/main.go.
const table = recorded<FieldAsk, FieldAnswer>('coercion');

describe.each(Object.keys(fields))('a field of type %s', (type) => {
  it.each(table.filter(({ ask }) => ask.type === type).map(({ ask, answer }) => [JSON.stringify(ask), ask, answer]))(
    'agrees with Vault on %s',
    (_, ask, answer) => {
      expect(convert(ask)).toEqual(expectedOf(ask, answer));
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
  for (const type of Object.keys(fields) as FieldType[]) {
    for (const raw of shapes) expect(JSON.stringify(convert({ type, raw }).error ?? '')).not.toContain(secret);
  }
});
