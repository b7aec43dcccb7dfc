import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { descriptor as goPlugin } from '../../src/goplugin/generated/descriptor.ts';
import { serviceDefinitions } from '../../src/goplugin/service-definitions.ts';
import { descriptor as vault } from '../../src/vault/generated/descriptor.ts';

const OPTIONS = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };

describe.each([
  ['go-plugin', goPlugin],
  ['Vault', vault],
])('the services of %s are as @grpc/proto-loader defines them', (_name, descriptor) => {
  const loaded = fromJSON(descriptor, OPTIONS);
  const ours = serviceDefinitions(descriptor);
  const root = protobuf.Root.fromJSON(descriptor).resolveAll();
  const services = Object.entries(loaded).filter(([, definition]) => !('format' in definition));

  it.each(services)('%s', (name, definition) => {
    const methods = ours(name);
    const expected = definition as ServiceDefinition;
    expect(Object.keys(methods)).toEqual(Object.keys(expected));
    for (const [method, theirs] of Object.entries(expected)) {
      const mine = methods[method];
      expect(mine).toMatchObject({
        path: theirs.path,
        requestStream: theirs.requestStream,
        responseStream: theirs.responseStream,
      });
      const { requestType, responseType } = root.lookupService(name).methods[method] ?? {};
      for (const [which, type] of [
        ['request', requestType],
        ['response', responseType],
      ] as const) {
        fc.assert(
          fc.property(messageOf(root.lookupService(name).parent?.lookupType(type ?? ''), 4), (message) => {
            const bytes = theirs[`${which}Serialize`](message);
            expect(mine?.[`${which}Serialize`](message)).toEqual(bytes);
            expect(mine?.[`${which}Deserialize`](bytes)).toEqual(theirs[`${which}Deserialize`](bytes));
          }),
          { numRuns: 20 },
        );
      }
    }
  });
});

/** Messages of a type, any field of which may be missing. */
function messageOf(type: protobuf.Type | null | undefined, depth: number): fc.Arbitrary<object> {
  if (!type) return fc.constant({});
  const fields = type.fieldsArray.filter(({ resolvedType }) => depth > 0 || resolvedType === null);
  return fc.record(Object.fromEntries(fields.map((field) => [field.name, fieldOf(field, depth)])), {
    requiredKeys: [],
  });
}

function fieldOf(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const { resolvedType, type } = field.resolve();
  const one =
    resolvedType instanceof protobuf.Enum
      ? fc.constantFrom(...Object.keys(resolvedType.values))
      : resolvedType
        ? messageOf(resolvedType, depth - 1)
        : (SCALARS[type] ?? fc.constant(undefined));
  if (field.map) return fc.dictionary(fc.string(), one, { maxKeys: 3, noNullPrototype: true });
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one;
}

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.string(),
  bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  bool: fc.boolean(),
  double: fc.double({ noNaN: true }),
  int32: fc.integer(),
  uint32: fc.nat(),
  int64: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String),
  uint64: fc.bigInt(0n, 2n ** 64n - 1n).map(String),
};
