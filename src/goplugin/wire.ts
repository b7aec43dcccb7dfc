import { fromJSON, type Options, type PackageDefinition } from '@grpc/proto-loader';
import { descriptor } from './generated/descriptor.ts';
import type { HealthDefinition } from './generated/grpc/health/v1/Health.ts';
import type { GRPCBrokerDefinition } from './generated/plugin/GRPCBroker.ts';
import type { GRPCControllerDefinition } from './generated/plugin/GRPCController.ts';
import type { GRPCStdioDefinition } from './generated/plugin/GRPCStdio.ts';

/**
 * How messages look in JavaScript; the generated types are made with the same options. int64 is a decimal string, as
 * a duration in nanoseconds may exceed 2^53.
 */
export const MESSAGE_OPTIONS: Options = {
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
};

/** The services of go-plugin itself, by their names on the wire. */
export interface GoPluginServices {
  readonly broker: GRPCBrokerDefinition;
  readonly controller: GRPCControllerDefinition;
  readonly stdio: GRPCStdioDefinition;
  readonly health: HealthDefinition;
}

/** Builds the codecs of go-plugin's services. */
export function goPluginServices(): GoPluginServices {
  const all: PackageDefinition = fromJSON(descriptor, MESSAGE_OPTIONS);
  return {
    broker: all['plugin.GRPCBroker'] as unknown as GRPCBrokerDefinition,
    controller: all['plugin.GRPCController'] as unknown as GRPCControllerDefinition,
    stdio: all['plugin.GRPCStdio'] as unknown as GRPCStdioDefinition,
    health: all['grpc.health.v1.Health'] as unknown as HealthDefinition,
  };
}
