import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type { WallClock } from '../support/clock.ts';
import type { Address } from './handshake.ts';
import { RpcError } from './rpc-error.ts';
import { clientCredentials, type TransportSecurity } from './transport-security.ts';

/** What a call to the host may bring along. */
export interface HostCallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: Metadata | undefined;
}

/** A connection to services of the host, kept and reopened as needed until it is closed. */
export interface HostConnection {
  /**
   * Calls a method of the host.
   *
   * @throws {RpcError} with the status of the call
   * @throws the signal's reason, when it aborts; the host may have done the work all the same
   */
  call<Request, Reply>(method: HostMethod<Request, Reply>, request: Request, options?: HostCallOptions): Promise<Reply>;
  close(): void;
}

/** A method as the generated service definitions describe it. */
export type HostMethod<Request, Reply> = Pick<
  MethodDefinition<Request, unknown, unknown, Reply>,
  'path' | 'requestSerialize' | 'responseDeserialize'
>;

/** No call to the host waits longer: the host's own limit for a request (Vault: `default_max_request_duration`). */
const CALL_LIMIT_MS = 90_000;

/** Message sizes are limited by the host alone, as for any go-plugin. */
export const UNLIMITED_MESSAGES = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
} as const;

/** Prepares a connection; nothing is opened before the first call. */
export function hostConnection(address: Address, security: TransportSecurity, clock: WallClock): HostConnection {
  const { credentials, options } = clientCredentials(security);
  const target = address.network === 'unix' ? `unix:${address.address}` : address.address;
  const client = new Client(target, credentials, {
    ...options,
    ...UNLIMITED_MESSAGES,
    // Mounts stay independent of one another, and of proxies that the host's environment names.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_http_proxy': 0,
    // A write must not be sent twice behind the caller's back.
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
  });
  const noMetadata = new Metadata();

  return {
    call: (method, request, { signal, metadata } = {}) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const call = client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          metadata ?? noMetadata,
          { deadline: clock.now() + CALL_LIMIT_MS },
          (error, reply) => {
            signal?.removeEventListener('abort', cancel);
            if (error) reject(signal?.aborted ? asError(signal.reason) : fromServiceError(error));
            // grpc-js gives a reply wherever it gives no error.
            else resolve(reply as Exclude<typeof reply, undefined>);
          },
        );
        const cancel = (): void => {
          call.cancel();
        };
        signal?.addEventListener('abort', cancel, { once: true });
      }),
    close: () => {
      client.close();
    },
  };
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('aborted'));

const fromServiceError = (error: ServiceError): RpcError => new RpcError(error.code, error.details);
