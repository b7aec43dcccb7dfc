import { serviceDefinitions } from '../goplugin/service-definitions.ts';
import { descriptor } from './generated/descriptor.ts';
import type { PluginVersionDefinition } from './generated/logical/PluginVersion.ts';
import type { BackendDefinition } from './generated/pb/Backend.ts';
import type { EventsDefinition } from './generated/pb/Events.ts';
import type { StorageDefinition } from './generated/pb/Storage.ts';
import type { SystemViewDefinition } from './generated/pb/SystemView.ts';
import type { PluginMultiplexingDefinition } from './generated/pluginutil/multiplexing/PluginMultiplexing.ts';

/** The services between a server and its plugins, by their names on the wire. */
export interface VaultServices {
  readonly backend: BackendDefinition;
  readonly version: PluginVersionDefinition;
  readonly multiplexing: PluginMultiplexingDefinition;
  /** Served by the server, on the brokered connection. */
  readonly storage: StorageDefinition;
  /** Served by the server, on the brokered connection. */
  readonly systemView: SystemViewDefinition;
  /** Served by Vault 1.13 and later, on the brokered connection. */
  readonly events: EventsDefinition;
}

/** Builds the codecs of the services between a server and its plugins. */
export function vaultServices(): VaultServices {
  const definition = serviceDefinitions(descriptor);
  return {
    backend: definition('pb.Backend') as unknown as BackendDefinition,
    version: definition('logical.PluginVersion') as unknown as PluginVersionDefinition,
    multiplexing: definition('pluginutil.multiplexing.PluginMultiplexing') as unknown as PluginMultiplexingDefinition,
    storage: definition('pb.Storage') as unknown as StorageDefinition,
    systemView: definition('pb.SystemView') as unknown as SystemViewDefinition,
    events: definition('pb.Events') as unknown as EventsDefinition,
  };
}
