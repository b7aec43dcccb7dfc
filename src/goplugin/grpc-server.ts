import type { Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { WallClock } from '../support/clock.ts';
import { UNLIMITED_MESSAGES } from './host-connection.ts';
import { KEEPALIVE } from './keepalive.ts';
import { allowRapidResets } from './rapid-resets.ts';
import type { Service } from './services.ts';
import type { TransportSecurity } from './transport-security.ts';
import { answerUnaryCalls } from './unary-server.ts';

/** Speaks gRPC over the connections that it is given. */
export interface GrpcServer {
  /** Serves a connection; what it has received before is in its buffer. */
  readonly serve: (connection: Socket) => void;
  /** Takes no more calls; resolves when the connections have ended. */
  close(): Promise<void>;
  /** Drops the connections at once. */
  abandon(): void;
}

/** Makes a server of some services. It listens nowhere. */
export function grpcServer(services: readonly Service[], security: TransportSecurity, clock: WallClock): GrpcServer {
  const server = new Server({ ...UNLIMITED_MESSAGES, ...KEEPALIVE, 'grpc.enable_channelz': 0 });
  allowRapidResets(server);
  for (const { definition, handlers } of services) server.addService(definition, handlers);
  const injector = server.createConnectionInjector(serverCredentials(security));
  answerUnaryCalls(server, services, clock);
  return {
    serve: (connection) => {
      injector.injectConnection(connection);
    },
    close: () =>
      new Promise((resolve) => {
        server.tryShutdown(() => {
          resolve();
        });
      }),
    abandon() {
      server.forceShutdown();
    },
  };
}

/** Credentials for the plugin's own server; a client without the trusted certificate is turned away. */
export function serverCredentials(security: TransportSecurity): ServerCredentials {
  if (!security) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(security.key.reveal()), cert_chain: Buffer.from(security.certificate) };
  return ServerCredentials.createSsl(Buffer.from(security.trusted), [pair], true);
}
