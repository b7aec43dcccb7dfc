import { randomUUID } from 'node:crypto';
import type { PluginProcess } from '../goplugin/plugin-process.ts';
import type { PluginContext } from '../goplugin/start-serving.ts';
import type { Service } from '../goplugin/services.ts';
import type { BackendFactory } from '../logical/index.ts';
import type { Timer } from '../support/budget.ts';
import type { WallClock } from '../support/clock.ts';
import { hclogLogger } from '../support/hclog-logger.ts';
import { backendHandlers } from './backend-service.ts';
import { inMetadataMode } from './environment.ts';
import { mountedBackends } from './mounted-backends.ts';
import { vaultServices } from './wire.ts';

const FIRST_MULTIPLEXED_VERSION = 5;

export interface PluginServicesOptions {
  /** What logs. */
  readonly name: string;
  readonly version: string;
  readonly factory: BackendFactory;
  readonly process: PluginProcess;
  readonly clock: WallClock;
  readonly timer: Timer;
}

/** The services of a secrets engine, and its mounts. */
export interface PluginServices {
  readonly services: readonly Service[];
  /** Cleans up all mounts. */
  readonly cleanup: () => Promise<void>;
}

/** Makes the services that a server calls. */
export function pluginServices(
  { name, version, factory, process, clock, timer }: PluginServicesOptions,
  { protocolVersion, broker, unary }: PluginContext,
): PluginServices {
  const logger = hclogLogger({ clock, module: name, write: process.writeStderr });
  const wire = vaultServices();
  const backends = mountedBackends({ broker, services: wire, factory, logger, clock, timer, newEventId: randomUUID });
  const metadataMode = inMetadataMode(process.env);
  const backend = backendHandlers({ backends, unary, logger, clock, timer, metadataMode });
  const always: Service[] = [
    { definition: wire.backend, handlers: backend },
    { definition: wire.version, handlers: { Version: unary(async () => ({ plugin_version: version })) } },
  ];
  const MultiplexingSupport = unary(async () => ({ supported: true }));
  const multiplexed: Service[] = [{ definition: wire.multiplexing, handlers: { MultiplexingSupport } }];
  return {
    services: protocolVersion < FIRST_MULTIPLEXED_VERSION ? always : [...always, ...multiplexed],
    cleanup: () => backends.cleanupAll(),
  };
}
