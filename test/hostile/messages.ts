import fc from 'fast-check';
import protobuf from 'protobufjs';
import type { ServedMethod } from './methods.ts';

const NAMES = [
  'k',
  'honest',
  'aws',
  '__proto__',
  'constructor',
  'a.b',
  'K'.repeat(600),
  '..',
  'é',
  '',
  ' ',
  'a/b',
  '%2e',
];
const PATHS = [
  '',
  'key/',
  'key',
  'kms/',
  'kms',
  'key/NAME',
  'key/NAME/rotate',
  'key/NAME/kms/',
  'kms/NAME',
  'kms/NAME/check',
]
  .concat([
    'kms/NAME/key/',
    'kms/NAME/key/NAME',
    'kms/NAME/key/NAME/status',
    'kms/NAME/key/NAME/sync',
    'kms/NAME/status',
  ])
  .concat(['NAME', '/', '//', 'key//NAME', 'key/NAME/', 'key/NAME\n', '\u0000']);
const OPERATIONS = [
  'create',
  'update',
  'patch',
  'read',
  'list',
  'scan',
  'delete',
  'help',
  'header',
  'renew',
  'revoke',
].concat(['rollback', 'alias-lookahead', 'resolve-role', 'constructor', '__proto__', 'READ', '', 'recover']);
const FIELDS = [
  'name',
  'type',
  'deletion_allowed',
  'min_enabled_version',
  'replica_regions',
  'provider',
  'key_collection',
]
  .concat(['credentials', 'purpose', 'protection', 'force', 'limit', 'after', 'immediate', 'replicate', 'key_name'])
  .concat(['requestResponsePrefix', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '']);
const VALUES = [
  'aes256-gcm96',
  'ecdsa-p256',
  'awskms',
  'azurekeyvault',
  'gcpckms',
  'us-west-1',
  'encrypt,decrypt',
  'hsm',
];

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(...NAMES, ...VALUES, '\ud800', '\u2028', '"', '1e400', '-1', '\u0000'),
);
const name = fc.constantFrom(...NAMES);
const path = fc
  .tuple(fc.constantFrom(...PATHS), name, name)
  .map(([pattern, first, second]) => pattern.replace('NAME', () => first).replace('NAME', () => second));

/** A number as JSON may write it and no double may hold it. */
const number = fc.constantFrom(
  '1e400',
  '-1e400',
  '9'.repeat(400),
  '1e-400',
  '-0',
  '9007199254740993',
  '0.1',
  '2',
  '-1',
);

const json: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text.map((each) => JSON.stringify(each)),
    number,
    fc.constantFrom('null', 'true', 'false', '{}', '[]', '""'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    object(tie('value')),
  ),
})).value;

function object(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const member = fc.tuple(fc.oneof(fc.constantFrom(...FIELDS), text), value);
  return fc
    .array(member, { maxLength: 5 })
    .map((members) => `{${members.map(([field, each]) => `${JSON.stringify(field)}:${each}`).join(',')}}`);
}

/** The body of a request: an object with the engine's fields mostly, and whatever else may be written in its place. */
export const requestData: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: object(json) },
  { weight: 2, arbitrary: json },
  { weight: 1, arbitrary: text },
);

/** Fields whose random values should not all be nonsense, or every request would end at the first check. */
const MEANINGFUL: Readonly<Record<string, fc.Arbitrary<string>>> = {
  operation: fc.constantFrom(...OPERATIONS),
  path,
  data: requestData,
};

/** A message of the method, encoded: as it should be, with random values; or bent; or no message at all. */
export function requestBytes({ request }: ServedMethod): fc.Arbitrary<Uint8Array> {
  const shaped = messageOf(request, 3).map((message) => request.encode(request.fromObject(message)).finish());
  const cut = fc.record({
    at: fc.nat({ max: 999 }),
    remove: fc.nat({ max: 9 }),
    insert: fc.uint8Array({ maxLength: 9 }),
  });
  return fc.oneof(
    { weight: 6, arbitrary: shaped },
    { weight: 3, arbitrary: fc.tuple(shaped, cut).map(([bytes, where]) => bent(bytes, where)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
}

interface Cut {
  /** In thousandths of the length. */
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

function bent(bytes: Uint8Array, { at, remove, insert }: Cut): Uint8Array {
  const start = Math.floor((bytes.length * at) / 1000);
  return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
}

function messageOf(type: protobuf.Type, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const fields = type.fieldsArray.map((field) => [field.name, valuesOf(field, depth)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

function valuesOf(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const one = valueOf(field, depth);
  if (field instanceof protobuf.MapField) return fc.dictionary(text, one, { maxKeys: 3 });
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one;
}

function valueOf({ name: field, type, resolvedType }: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  if (resolvedType instanceof protobuf.Type) return depth > 0 ? messageOf(resolvedType, depth - 1) : fc.constant({});
  const meaningful = MEANINGFUL[field];
  switch (type) {
    case 'bool':
      return fc.boolean();
    case 'bytes':
      return fc.oneof(
        { weight: 4, arbitrary: (meaningful ?? text).map((each) => Buffer.from(each)) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }) },
      );
    case 'float':
    case 'double':
      return fc.double();
    default:
      return fc.maxSafeInteger();
  }
}
