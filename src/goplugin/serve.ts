import { Server } from '@grpc/grpc-js';
import type { WallClock } from '../support/clock.ts';
import type { Logger } from '../support/logger.ts';
import { broker, type Broker } from './broker.ts';
import { callRegistry, type CallRegistry } from './call-registry.ts';
import { handshakeLine, type Address } from './handshake.ts';
import { UNLIMITED_MESSAGES } from './host-connection.ts';
import { KEEPALIVE } from './keepalive.ts';
import { DEFAULT_PATIENCE, lifecycle, type Lifecycle, type Patience } from './lifecycle.ts';
import { listen } from './listener.ts';
import { hasMagicCookie, NOT_A_COMMAND, type MagicCookie } from './magic-cookie.ts';
import type { PluginProcess } from './plugin-process.ts';
import { negotiateVersion } from './protocol-version.ts';
import { allowRapidResets } from './rapid-resets.ts';
import { controllerHandlers, healthHandlers, stdioHandlers, type Service } from './services.ts';
import {
  serverCredentials,
  transportSecurity,
  type TlsProvider,
  type TransportSecurity,
} from './transport-security.ts';
import { answerUnaryCalls } from './unary-server.ts';
import { goPluginServices } from './wire.ts';

/** What the plugin's own services build on. */
export interface PluginContext {
  readonly protocolVersion: number;
  readonly broker: Broker;
  readonly unary: CallRegistry['unary'];
}

export interface GoPluginOptions {
  readonly process: PluginProcess;
  readonly clock: WallClock;
  readonly logger: Logger;
  /** Logged as soon as the host has shown its cookie. */
  readonly warnings: readonly string[];
  readonly cookie: MagicCookie;
  /** Protocol versions that the plugin speaks. */
  readonly versions: readonly number[];
  /** TLS for hosts that do not ask for AutoMTLS. @default plaintext for them */
  readonly tlsProvider?: TlsProvider;
  /** Makes the plugin's own services, once the version is settled. */
  readonly services: (context: PluginContext) => readonly Service[];
  /** Ends what the services have begun; called once before the process exits in good order. */
  readonly cleanup: () => Promise<void>;
  /** @default DEFAULT_PATIENCE */
  readonly patience?: Patience;
}

/**
 * Serves a plugin to the HashiCorp go-plugin host that has started this process, until the host ends it.
 *
 * Resolves when the host has been told where to connect; exits the process with 1 where that cannot be, and where the
 * magic cookie is missing.
 */
export async function serveGoPlugin(options: GoPluginOptions): Promise<void> {
  const { process, logger } = options;
  if (!hasMagicCookie(process.env, options.cookie)) {
    process.writeStderr(NOT_A_COMMAND);
    process.exit(1);
    return;
  }
  // From here on stdout belongs to the handshake alone.
  process.divertOutput((text) => {
    logger.debug('output', { text });
  });
  for (const warning of options.warnings) logger.warn(warning);
  // Ctrl-C in the terminal of a development server reaches its plugins too; the server still needs them.
  process.onSignal('SIGINT', () => undefined);
  process.restrictFileMode();

  const calls = callRegistry(logger);
  const server = new Server({ ...UNLIMITED_MESSAGES, ...KEEPALIVE, 'grpc.enable_channelz': 0 });
  allowRapidResets(server);
  let address: Address | undefined;
  const life = lifecycle({
    process,
    logger,
    calls,
    patience: options.patience ?? DEFAULT_PATIENCE,
    cleanup: options.cleanup,
    close: () =>
      new Promise((resolve) => {
        server.tryShutdown(() => {
          resolve();
        });
      }),
    abandon: () => {
      server.forceShutdown();
      if (address?.network === 'unix') process.removeFile(address.address);
    },
  });
  process.onFault(life.fault);
  process.onSignal('SIGTERM', life.terminate);

  try {
    const security = await transportSecurity(process.env, options.clock, options.tlsProvider);
    const protocolVersion = negotiateVersion(process.env['PLUGIN_PROTOCOL_VERSIONS'], options.versions);
    const services = servicesOf(options, { calls, life, security, protocolVersion });
    for (const { definition, handlers } of services) server.addService(definition, handlers);
    address = await listen(server, serverCredentials(security), process);
    answerUnaryCalls(server, services, options.clock);
    const multiplexing = process.env['PLUGIN_MULTIPLEX_GRPC'] ? false : undefined;
    // Before it is told: what it does next may be quicker than the return of the write.
    life.hostExpected();
    process.writeStdout(handshakeLine({ ...address, protocolVersion, certificate: security?.announce, multiplexing }));
  } catch (error) {
    life.cannotStart(error);
  }
}

interface Settled {
  readonly calls: CallRegistry;
  readonly life: Lifecycle;
  readonly security: TransportSecurity;
  readonly protocolVersion: number;
}

function servicesOf(options: GoPluginOptions, settled: Settled): readonly Service[] {
  const { calls, life, security, protocolVersion } = settled;
  const own = goPluginServices();
  const hostBroker = broker({ security, calls, onHost: life.hostPresent });
  return [
    { definition: own.broker, handlers: hostBroker.handlers },
    { definition: own.controller, handlers: controllerHandlers(calls, life.shutdown) },
    { definition: own.stdio, handlers: stdioHandlers(calls) },
    { definition: own.health, handlers: healthHandlers(calls) },
    ...options.services({ protocolVersion, broker: hostBroker, unary: calls.unary }),
  ];
}
