import protobuf from 'protobufjs';
import { descriptor as goPlugin } from '../../src/goplugin/generated/descriptor.ts';
import { descriptor as vault } from '../../src/vault/generated/descriptor.ts';

/** A method that the plugin serves. */
export interface ServedMethod {
  readonly path: string;
  /** The message with each text as bytes: what is sent need not be UTF-8. */
  readonly request: protobuf.Type;
  readonly streaming: boolean;
}

const SERVICES: readonly (readonly [protobuf.INamespace, readonly string[]])[] = [
  [goPlugin, ['plugin.GRPCBroker', 'plugin.GRPCController', 'plugin.GRPCStdio', 'grpc.health.v1.Health']],
  [vault, ['pb.Backend', 'logical.PluginVersion', 'pluginutil.multiplexing.PluginMultiplexing']],
];

/** Everything that the plugin serves, but the request to leave, which it would follow. */
export function servedMethods(): readonly ServedMethod[] {
  return SERVICES.flatMap(([descriptor, services]) => {
    const root = protobuf.Root.fromJSON(withBytesForTexts(descriptor)).resolveAll();
    return services.flatMap((name) =>
      root
        .lookupService(name)
        .methodsArray.filter((method) => method.name !== 'Shutdown')
        .map((method): ServedMethod => {
          if (!method.resolvedRequestType) throw new Error(`${name}.${method.name} has no request`);
          const streaming = Boolean(method.requestStream ?? method.responseStream);
          return { path: `/${name}/${method.name}`, request: method.resolvedRequestType, streaming };
        }),
    );
  });
}

function withBytesForTexts(descriptor: protobuf.INamespace): protobuf.INamespace {
  return JSON.parse(JSON.stringify(descriptor), (key, value: unknown) =>
    key === 'type' && value === 'string' ? 'bytes' : value,
  ) as protobuf.INamespace;
}
