import type { WallClock } from '../support/clock.ts';
import type { Logger } from '../support/logger.ts';
import { broker, type Broker } from './broker.ts';
import { callRegistry, type CallRegistry } from './call-registry.ts';
import { grpcServer, type GrpcServer } from './grpc-server.ts';
import type { Lifecycle } from './lifecycle.ts';
import { controllerHandlers, healthHandlers, stdioHandlers, type Service } from './services.ts';
import type { TransportSecurity } from './transport-security.ts';
import { goPluginServices } from './wire.ts';

/** What the plugin's own services build on. */
export interface PluginContext {
  readonly protocolVersion: number;
  readonly broker: Broker;
  readonly unary: CallRegistry['unary'];
}

/** What answers the host. */
export interface Serving {
  readonly calls: CallRegistry;
  readonly server: GrpcServer;
}

export interface ServingOptions {
  /** Makes the plugin's own services. */
  readonly services: (context: PluginContext) => readonly Service[];
  readonly security: TransportSecurity;
  readonly protocolVersion: number;
  readonly life: Pick<Lifecycle, 'shutdown' | 'hostPresent'>;
  readonly logger: Logger;
  readonly clock: WallClock;
}

/** Makes the server of go-plugin's services and the plugin's own. */
export function startServing(options: ServingOptions): Serving {
  const { security, protocolVersion, life, clock } = options;
  const calls = callRegistry(options.logger);
  const own = goPluginServices();
  const hostBroker = broker({ security, calls, onHost: life.hostPresent });
  const services = [
    { definition: own.broker, handlers: hostBroker.handlers },
    { definition: own.controller, handlers: controllerHandlers(calls, life.shutdown) },
    { definition: own.stdio, handlers: stdioHandlers(calls) },
    { definition: own.health, handlers: healthHandlers(calls) },
    ...options.services({ protocolVersion, broker: hostBroker, unary: calls.unary }),
  ];
  return { calls, server: grpcServer(services, security, clock) };
}
