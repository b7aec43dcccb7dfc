import { randomUUID } from 'node:crypto';
import { nodeProcess, type PluginProcess } from '../goplugin/plugin-process.ts';
import { serveGoPlugin, type PluginContext } from '../goplugin/serve.ts';
import type { Service } from '../goplugin/services.ts';
import type { BackendFactory } from '../logical/index.ts';
import { systemTimer, type Timer } from '../support/budget.ts';
import { systemClock, type WallClock } from '../support/clock.ts';
import { hclogLogger } from '../support/hclog-logger.ts';
import { backendHandlers } from './backend-service.ts';
import { inMetadataMode } from './environment.ts';
import { mountedBackends, type MountedBackends } from './mounted-backends.ts';
import { unwrapTlsProvider } from './unwrap-tls.ts';
import { vaultServices } from './wire.ts';

/** The cookie of secrets and auth plugins, the same in every Vault and OpenBao. */
export const BACKEND_COOKIE = { key: 'VAULT_BACKEND_PLUGIN', value: '6669da05-b1c8-4f49-97d9-c8e5bed98e20' };

/** 5 has AutoMTLS and multiplexing; 4 and 3 are what Vault before 1.12 speaks, and what newer servers fall back to. */
const VERSIONS = [5, 4, 3];
const FIRST_MULTIPLEXED_VERSION = 5;

export interface ServePluginOptions {
  /** What logs; the server shows it as `@module`. */
  readonly name: string;
  /** Makes the backend of each mount. */
  readonly factory: BackendFactory;
  /** Semantic version with a leading `v`, which the catalog then pins; empty for an unversioned plugin. */
  readonly version: string;
  /** Said in the log before anything else. */
  readonly warnings?: readonly string[];
  /** @default the machine's clock */
  readonly clock?: WallClock;
  /** @default the machine's timer */
  readonly timer?: Timer;
  /** @default the process of Node */
  readonly process?: PluginProcess;
}

/**
 * Serves a secrets engine to the Vault or OpenBao server that has started this process, until the server ends it.
 * Resolves when the server has been told where to connect.
 */
export async function servePlugin(options: ServePluginOptions): Promise<void> {
  const { name, factory, version, warnings = [], clock = systemClock, timer = systemTimer } = options;
  const { process = nodeProcess() } = options;
  const logger = hclogLogger({ clock, module: name, write: process.writeStderr });
  let served: MountedBackends | undefined;

  const services = ({ protocolVersion, broker, unary }: PluginContext): readonly Service[] => {
    const wire = vaultServices();
    served = mountedBackends({ broker, services: wire, factory, logger, clock, timer, newEventId: randomUUID });
    const metadataMode = inMetadataMode(process.env);
    const backend = backendHandlers({ backends: served, unary, logger, clock, timer, metadataMode });
    const always: Service[] = [
      { definition: wire.backend, handlers: backend },
      { definition: wire.version, handlers: { Version: unary(async () => ({ plugin_version: version })) } },
    ];
    if (protocolVersion < FIRST_MULTIPLEXED_VERSION) return always;
    const MultiplexingSupport = unary(async () => ({ supported: true }));
    return [...always, { definition: wire.multiplexing, handlers: { MultiplexingSupport } }];
  };

  await serveGoPlugin({
    process,
    clock,
    logger,
    warnings,
    cookie: BACKEND_COOKIE,
    versions: VERSIONS,
    tlsProvider: unwrapTlsProvider(process),
    services,
    cleanup: async () => served?.cleanupAll(),
  });
}
