import type { WallClock } from '../support/clock.ts';
import type { Logger } from '../support/logger.ts';
import { handshakeLine } from './handshake.ts';
import { DEFAULT_PATIENCE, lifecycle, type Patience } from './lifecycle.ts';
import { listen, type Listener } from './listener.ts';
import { hasMagicCookie, NOT_A_COMMAND, type MagicCookie } from './magic-cookie.ts';
import type { PluginProcess } from './plugin-process.ts';
import { negotiateVersion } from './protocol-version.ts';
import type { Service } from './services.ts';
import type { PluginContext, Serving } from './start-serving.ts';
import { transportSecurity, type TlsProvider } from './transport-security.ts';

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
  /** Loads the plugin's own services and gives what makes them; called when the host has been told where to connect. */
  readonly services: () => Promise<(context: PluginContext) => readonly Service[]>;
  /** Loads what else the first calls need, as soon as calls can be received. A failure ends the plugin. */
  readonly load: () => Promise<unknown>;
  /** Ends what the services have begun; called once before the process exits in good order. */
  readonly cleanup: () => Promise<void>;
  /** @default DEFAULT_PATIENCE */
  readonly patience?: Patience;
}

/**
 * Serves a plugin to the HashiCorp go-plugin host that has started this process, until the host ends it.
 *
 * What is imported here is what the handshake needs. The rest is loaded after it, while the host connects: its first
 * connections and calls wait in the socket.
 *
 * Resolves when everything is loaded; exits the process with 1 where that or the handshake cannot be, and where the magic
 * cookie is missing.
 */
export async function serveGoPlugin(options: GoPluginOptions): Promise<void> {
  const { process, logger, clock } = options;
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

  let listener: Listener | undefined;
  let serving: Serving | undefined;
  const life = lifecycle({
    process,
    logger,
    calls: {
      idle: async () => serving?.calls.idle(),
      close: (text) => serving?.calls.close(text),
    },
    patience: options.patience ?? DEFAULT_PATIENCE,
    cleanup: options.cleanup,
    close: async () => {
      listener?.close();
      await serving?.server.close();
    },
    abandon: () => {
      listener?.close();
      serving?.server.abandon();
      if (listener?.address.network === 'unix') process.removeFile(listener.address.address);
    },
  });
  process.onFault(life.fault);
  process.onSignal('SIGTERM', life.terminate);

  try {
    const security = await transportSecurity(process.env, clock, options.tlsProvider);
    const protocolVersion = negotiateVersion(process.env['PLUGIN_PROTOCOL_VERSIONS'], options.versions);
    listener = await listen(process);
    const { address } = listener;
    const multiplexing = process.env['PLUGIN_MULTIPLEX_GRPC'] ? false : undefined;
    // Before it is told: what it does next may be quicker than the return of the write.
    life.hostExpected();
    process.writeStdout(handshakeLine({ ...address, protocolVersion, certificate: security?.announce, multiplexing }));

    const { startServing } = await import('./start-serving.ts');
    const services = await options.services();
    serving = startServing({ services, security, protocolVersion, life, logger, clock });
    listener.handOver(serving.server.serve);
    await options.load();
  } catch (error) {
    life.cannotStart(error);
  }
}
