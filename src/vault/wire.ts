import { fromJSON, type PackageDefinition } from '@grpc/proto-loader';
import { MESSAGE_OPTIONS } from '../goplugin/wire.ts';
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
  const all: PackageDefinition = fromJSON(descriptor, MESSAGE_OPTIONS);
  return {
    backend: all['pb.Backend'] as unknown as BackendDefinition,
    version: all['logical.PluginVersion'] as unknown as PluginVersionDefinition,
    multiplexing: all['pluginutil.multiplexing.PluginMultiplexing'] as unknown as PluginMultiplexingDefinition,
    storage: all['pb.Storage'] as unknown as StorageDefinition,
    systemView: all['pb.SystemView'] as unknown as SystemViewDefinition,
    events: all['pb.Events'] as unknown as EventsDefinition,
  };
}
