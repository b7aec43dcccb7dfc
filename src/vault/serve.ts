import { nodeProcess, type PluginProcess } from '../goplugin/plugin-process.ts';
import { serveGoPlugin } from '../goplugin/serve.ts';
import type { PluginContext } from '../goplugin/start-serving.ts';
import type { BackendFactory } from '../logical/index.ts';
import { systemTimer, type Timer } from '../support/budget.ts';
import { systemClock, type WallClock } from '../support/clock.ts';
import { earlyLogger } from '../support/early-logger.ts';
import type { PluginServices } from './plugin-services.ts';

/** The cookie of secrets and auth plugins, the same in every Vault and OpenBao. */
export const BACKEND_COOKIE = { key: 'VAULT_BACKEND_PLUGIN', value: '6669da05-b1c8-4f49-97d9-c8e5bed98e20' };

/** 5 has AutoMTLS and multiplexing; 4 and 3 are what Vault before 1.12 speaks, and what newer servers fall back to. */
const VERSIONS = [5, 4, 3];

export interface ServePluginOptions {
  /** What logs; the server shows it as `@module`. */
  readonly name: string;
  /** Makes the backend of each mount. */
  readonly factory: BackendFactory;
  /** Loads what the factory needs, once calls can be received; a failure ends the process. @default nothing to load */
  readonly load?: () => Promise<unknown>;
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
 * Resolves when the server has been told where to connect, and everything is loaded.
 */
export async function servePlugin(options: ServePluginOptions): Promise<void> {
  const { name, factory, version, warnings = [], clock = systemClock, timer = systemTimer } = options;
  const { process = nodeProcess(), load = async () => undefined } = options;
  let served: PluginServices | undefined;
  await serveGoPlugin({
    process,
    clock,
    logger: earlyLogger(clock, name, process.writeStderr),
    warnings,
    cookie: BACKEND_COOKIE,
    versions: VERSIONS,
    tlsProvider: async () => (await import('./unwrap-tls.ts')).unwrapTlsProvider(process)(),
    services: async () => {
      const { pluginServices } = await import('./plugin-services.ts');
      return (context: PluginContext) => {
        served = pluginServices({ name, version, factory, process, clock, timer }, context);
        return served.services;
      };
    },
    load,
    cleanup: async () => served?.cleanup(),
  });
}
