import { status } from '@grpc/grpc-js';
import type { CallRegistry } from './call-registry.ts';
import type { ConnInfo__Output } from './generated/plugin/ConnInfo.ts';
import type { GRPCBrokerHandlers } from './generated/plugin/GRPCBroker.ts';
import type { Address } from './handshake.ts';
import { hostConnection, type HostConnection } from './host-connection.ts';
import { rendezvous, RendezvousTimeout } from './rendezvous.ts';
import { RpcError } from './rpc-error.ts';
import type { TransportSecurity } from './transport-security.ts';

/** Connects back to services that the host offers under a number (go-plugin: `GRPCBroker`). */
export interface Broker {
  /**
   * Prepares a connection to the host's services of that number, which is good for one use.
   *
   * @throws {RpcError} when the host does not say where they are within 5 s
   */
  connect(id: number): Promise<HostConnection>;
}

export interface BrokerOptions {
  readonly security: TransportSecurity;
  readonly calls: CallRegistry;
  /** The host keeps one stream open for as long as it lives: called with whether it is there. */
  readonly onHost: (present: boolean) => void;
}

/** As long as go-plugin's own broker waits, in either direction. */
const RENDEZVOUS_MS = 5_000;

/** Makes the broker and the service that feeds it. */
export function broker(options: BrokerOptions): Broker & { readonly handlers: GRPCBrokerHandlers } {
  const { security, calls, onHost } = options;
  const addresses = rendezvous<Address>(RENDEZVOUS_MS);
  let streams = 0;
  return {
    async connect(id) {
      try {
        return hostConnection(await addresses.claim(id), security);
      } catch (error) {
        if (!(error instanceof RendezvousTimeout)) throw error;
        throw new RpcError(status.UNKNOWN, error.message);
      }
    },
    handlers: {
      StartStream: (call) => {
        calls.keep(call);
        streams++;
        onHost(true);
        call.on('data', (info: ConnInfo__Output) => {
          // A knock belongs to broker multiplexing, which the handshake declines.
          if (info.knock) return;
          const network = info.network === 'unix' ? 'unix' : 'tcp';
          addresses.offer(info.service_id, { network, address: info.address });
        });
        call.on('error', () => undefined);
        call.once('end', () => {
          call.end();
        });
        // grpc-js emits this at every end of a call: also when the host has died without a word.
        call.once('cancelled', () => {
          if (--streams === 0) onHost(false);
        });
      },
    },
  };
}
