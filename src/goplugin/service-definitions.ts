import type { ServiceDefinition } from '@grpc/grpc-js';
import protobuf, { type IConversionOptions, type INamespace, type Type } from 'protobufjs/light.js';

/**
 * How messages look in JavaScript; the generated types are made with the same options. int64 is a decimal string, as
 * a duration in nanoseconds may exceed 2^53.
 */
const MESSAGE_OPTIONS: IConversionOptions = { longs: String, enums: String, defaults: true, oneofs: true };

/**
 * Makes the definitions of services from a descriptor, as `fromJSON` of @grpc/proto-loader does, which takes 30 ms longer
 * at the start of a process: it encodes a descriptor of each message for server reflection, which no host asks for.
 *
 * @returns gives a service by its name on the wire
 */
export function serviceDefinitions(descriptor: INamespace): (name: string) => ServiceDefinition {
  const root = protobuf.Root.fromJSON(descriptor);
  return (name) => {
    const service = root.lookupService(name);
    const path = service.fullName.slice(1);
    const methods = service.methodsArray.map((method): [string, ServiceDefinition[string]] => {
      const { requestStream = false, responseStream = false } = method;
      method.resolve();
      const [request, response] = [codecOf(method.resolvedRequestType), codecOf(method.resolvedResponseType)];
      return [
        method.name,
        {
          path: `/${path}/${method.name}`,
          requestStream,
          responseStream,
          requestSerialize: request.serialize,
          requestDeserialize: request.deserialize,
          responseSerialize: response.serialize,
          responseDeserialize: response.deserialize,
        },
      ];
    });
    return Object.fromEntries(methods);
  };
}

interface Codec {
  readonly serialize: (message: object) => Buffer;
  readonly deserialize: (bytes: Buffer) => object;
}

function codecOf(type: Type | null): Codec {
  if (type === null) throw new Error('the descriptor names a message that it does not hold');
  return {
    // On Node.js, the writer makes Buffers.
    serialize: (message) => type.encode(type.fromObject(message)).finish() as Buffer,
    deserialize: (bytes) => type.toObject(type.decode(bytes), MESSAGE_OPTIONS),
  };
}
