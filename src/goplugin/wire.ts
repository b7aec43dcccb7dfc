import { descriptor } from './generated/descriptor.ts';
import type { HealthDefinition } from './generated/grpc/health/v1/Health.ts';
import type { GRPCBrokerDefinition } from './generated/plugin/GRPCBroker.ts';
import type { GRPCControllerDefinition } from './generated/plugin/GRPCController.ts';
import type { GRPCStdioDefinition } from './generated/plugin/GRPCStdio.ts';
import { serviceDefinitions } from './service-definitions.ts';

/** The services of go-plugin itself, by their names on the wire. */
export interface GoPluginServices {
  readonly broker: GRPCBrokerDefinition;
  readonly controller: GRPCControllerDefinition;
  readonly stdio: GRPCStdioDefinition;
  readonly health: HealthDefinition;
}

/** Builds the codecs of go-plugin's services. */
export function goPluginServices(): GoPluginServices {
  const definition = serviceDefinitions(descriptor);
  return {
    broker: definition('plugin.GRPCBroker') as unknown as GRPCBrokerDefinition,
    controller: definition('plugin.GRPCController') as unknown as GRPCControllerDefinition,
    stdio: definition('plugin.GRPCStdio') as unknown as GRPCStdioDefinition,
    health: definition('grpc.health.v1.Health') as unknown as HealthDefinition,
  };
}
