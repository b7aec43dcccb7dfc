import * as fc from 'fast-check';
import { fields, type DisplayAttributes, type PathOperation } from '../../../src/framework/index.ts';
import type { Json } from '../../../src/logical/index.ts';
import type { BackendAsk } from '../backend-agreement.ts';
import type { FieldType } from '../field-agreement.ts';
import type { ToyField, ToyOperation, ToyPath, ToyRequest } from '../toy-backend.ts';
import { clientInput } from './client-input.ts';
import { capturesOf, pathPattern } from './path-pattern.ts';

/** Types of fields. */
const fieldType: fc.Arbitrary<FieldType> = fc.constantFrom(...(Object.keys(fields) as FieldType[]));

const NAMES = ['name', 'type', 'tags', 'list', 'keys', 'Z', 'é', 'constructor', 'a_b', 'a-b', '～', '👍'];
const OPERATIONS: readonly PathOperation[] = ['create', 'update', 'patch', 'read', 'list', 'delete'];

/** Text as descriptions hold it: lines, spaces of all kinds, markup. */
const text: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      ...[
        '',
        ' ',
        '\n',
        '\r\n',
        '\t',
        '\u00a0',
        '\u3000',
        '\u2028',
        '\ufeff',
        'a',
        'A word',
        '<b> & "c"',
        'é',
        '.',
        '{{x}}',
        '$&',
      ],
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));

const scalar: fc.Arbitrary<boolean | number | string> = fc.oneof(
  fc.boolean(),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(1.5, 1e21, 1e-7),
  fc.constantFrom('72h', '5'),
  text,
);

// Less what is known to differ, which has tests of its own: whole numbers and times that do not fit, fractions of
// milliseconds, nulls within lists.
const DIFFERS = /\d{13}|e\+?\d\d|:\d\d[.,]\d{4}|^[[].*null/is;
const input = clientInput()
  .filter((json) => !DIFFERS.test(json))
  // Written once more: JavaScript writes `-0` as `0`, so that the two would be asked differently.
  .map((json) => JSON.parse(JSON.stringify(JSON.parse(json))) as Json);
const valueOrNull = fc.oneof({ weight: 8, arbitrary: input }, { weight: 1, arbitrary: fc.constant(null) });
const attribute = fc.constantFrom('', 'a', 'Do-It', 'key management', 'é', 'ßa', 'אb', 'a|b', '|', '|b|c', 'x_y');

const display: fc.Arbitrary<DisplayAttributes> = fc.record(
  {
    name: text,
    description: text,
    value: scalar,
    sensitive: fc.boolean(),
    navigation: fc.boolean(),
    itemType: text,
    group: text,
    action: text,
    editType: text,
    identifier: fc.boolean(),
    operationPrefix: attribute,
    operationVerb: attribute,
    operationSuffix: attribute,
  },
  { requiredKeys: [] },
);

const field: fc.Arbitrary<ToyField> = fc.record(
  {
    type: fieldType,
    description: text,
    default: fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })) as fc.Arbitrary<never>,
    required: fc.boolean(),
    deprecated: fc.boolean(),
    query: fc.boolean(),
    allowedValues: fc.array(scalar, { maxLength: 3 }),
    displayAttrs: display,
  },
  { requiredKeys: ['type'] },
);

const response = fc.record({ description: text });
// Go keeps the schema of one status only, of whichever comes last; so one status has fields.
const responses = fc.record(
  {
    200: fc.record({ description: text, fields: fc.dictionary(fc.constantFrom(...NAMES), field, { maxKeys: 2 }) }),
    204: response,
    404: response,
  },
  { requiredKeys: [] },
);

type Answer = NonNullable<ToyOperation['answer']>;

// Operations with the same verb would share their names, and Go keeps the schemas of whichever comes last.
function operation(name: string, ...answers: readonly Answer[]): fc.Arbitrary<ToyOperation> {
  return fc.record(
    {
      summary: text,
      description: text,
      unpublished: fc.boolean(),
      deprecated: fc.boolean(),
      display: display.map((each) =>
        each.operationVerb ? { ...each, operationVerb: `${each.operationVerb}-${name}` } : each,
      ),
      responses,
      answer: fc.constantFrom(...answers),
    },
    { requiredKeys: ['answer'] },
  );
}

interface SampledPath {
  readonly definition: ToyPath;
  /** Paths that it should serve. */
  readonly texts: readonly string[];
}

const plain = (name: string): fc.Arbitrary<ToyOperation> => operation(name, 'raw', 'raw', 'nothing', 'error');
const withoutVerb = display.map(({ operationVerb: _, ...others }) => others);
const path: fc.Arbitrary<SampledPath> = fc
  .record({
    sampled: pathPattern(),
    captures: fc.array(field, { minLength: 4, maxLength: 4 }),
    fields: fc.dictionary(fc.constantFrom(...NAMES), field, { maxKeys: 4 }),
    operations: fc.record(
      {
        create: plain('create'),
        update: plain('update'),
        patch: operation('patch', 'patch'),
        read: plain('read'),
        list: plain('list'),
        delete: plain('delete'),
      },
      { requiredKeys: [] },
    ),
    rest: fc.record(
      {
        exists: fc.boolean(),
        synopsis: text,
        description: text,
        display: withoutVerb,
        takesArbitraryInput: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ sampled: { pattern, texts }, captures, fields: others, operations, rest }) => {
    const { create: _, ...withoutCreate } = operations;
    const named = capturesOf(pattern).map((name, index) => [name, captures[index % captures.length]] as const);
    return {
      definition: {
        pattern,
        fields: { ...others, ...(Object.fromEntries(named) as typeof others) },
        // A path that creates must have an existence check.
        operations: rest.exists === undefined ? withoutCreate : operations,
        ...rest,
      },
      texts,
    };
  });

/** A request to the paths, or to none, by choices of what is there to choose from. */
const request = fc.record({
  path: fc.nat({ max: 20 }),
  text: fc.nat({ max: 20 }),
  elsewhere: fc.option(fc.constantFrom('', 'key', 'nothing/there'), { nil: undefined, freq: 6 }),
  operation: fc.constantFrom(...OPERATIONS, 'help', 'scan', 'undefined'),
  check: fc.boolean(),
  data: fc.array(
    fc.tuple(fc.nat({ max: 20 }), fc.constantFrom(undefined, undefined, 'zzz', 'n1', 'é', '__proto__'), valueOrNull),
    { maxLength: 4 },
  ),
});

/** Backends with all that their help and their OpenAPI document are made from, and requests of all kinds. */
export function toyAsk(): fc.Arbitrary<BackendAsk> {
  const special = fc.oneof(
    fc.constantFrom('key/*', 'key', 'kms/+', '+/a', 'a*', 'config/+/x*', '*', 'key/{n1}', '+/', '+/+/'),
    text,
  );
  const resource = fc.dictionary(fc.constantFrom(...NAMES, 'other'), input, { maxKeys: 4 });
  return fc
    .record({
      backend: fc.record({
        help: text,
        root: fc.array(special, { maxLength: 2 }),
        unauthenticated: fc.array(special, { maxLength: 2 }),
        resource: fc.option(resource, { freq: 6 }),
      }),
      paths: fc.array(path, { minLength: 1, maxLength: 3 }),
      prefix: fc.constantFrom(undefined, '', 'keymgmt', 'kv-Store', 'a_b', '1x', 'é-ü', "it's"),
      chosen: fc.array(request, { maxLength: 5 }),
    })
    .map(({ backend, paths, prefix, chosen }) => {
      const data = prefix === undefined ? {} : { requestResponsePrefix: prefix };
      const helps = ['', ...paths.flatMap(({ texts }) => texts.slice(0, 1))];
      return {
        backend: { ...backend, paths: paths.map(({ definition }) => definition) },
        requests: [
          ...helps.map((each) => ({ operation: 'help', path: each, data })),
          ...chosen.map((choice) => requestOf(choice, paths)),
        ],
      };
    });
}

/** Backends with something to be patched, of some of the types, and one patch. */
export function patchAsk(): fc.Arbitrary<BackendAsk> {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const value = fc.oneof(
    valueOrNull,
    fc.constantFrom<Json>({ x: null }, { x: { y: null } }, { x: 1 }, '2026-01-02T03:04:05Z', 'inf', '-inf', 'nan'),
  );
  return fc
    .record({
      // Of nulls within lists it is known that they differ.
      types: fc.dictionary(
        name,
        fieldType.filter((type) => type !== 'slice'),
        { minKeys: 1 },
      ),
      resource: fc.dictionary(name, value),
      data: fc.dictionary(name, value, { minKeys: 1 }),
    })
    .map(({ types, resource, data }) => {
      const typed = Object.entries(types).map(([each, type]): [string, ToyField] => [each, { type }]);
      const path: ToyPath = {
        pattern: 'x',
        fields: Object.fromEntries(typed),
        operations: { patch: { answer: 'patch' } },
      };
      return { backend: { help: '', paths: [path], resource }, requests: [{ operation: 'patch', path: 'x', data }] };
    });
}

type Choice = typeof request extends fc.Arbitrary<infer T> ? T : never;

function requestOf(choice: Choice, paths: readonly SampledPath[]): ToyRequest {
  const { definition, texts } = paths[choice.path % paths.length] ?? { texts: [] };
  const known = [...Object.keys(definition?.fields ?? {}), 'unknown'];
  const entries = choice.data.map(
    ([index, other, value]) => [other ?? known[index % known.length] ?? '', value] as const,
  );
  const wanted = {
    operation: choice.operation,
    path: choice.elsewhere ?? texts[choice.text % texts.length] ?? '',
    data: Object.fromEntries(entries),
  };
  return choice.check ? { ...wanted, check: true } : wanted;
}
