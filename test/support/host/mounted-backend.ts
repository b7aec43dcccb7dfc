import type { Client } from '@grpc/grpc-js';
import type { ProtoError__Output } from '../../../src/vault/generated/pb/ProtoError.ts';
import type { Request as RequestMessage } from '../../../src/vault/generated/pb/Request.ts';
import type { Response__Output } from '../../../src/vault/generated/pb/Response.ts';
import type { VaultServices } from '../../../src/vault/wire.ts';
import type { BrokeredServices } from './brokered-services.ts';
import { call, type RpcOptions } from './rpc.ts';

/** What a request asks for; the rest of the message is filled in. */
export type HostRequest = Omit<RequestMessage, 'data'> & {
  /** The body; `null` on the wire when left out. */
  readonly data?: unknown;
};

/** What the server makes of an answer. */
export interface HostReply {
  /** Undefined where the plugin sent none. */
  readonly response: { readonly data: unknown; readonly warnings: readonly string[] } | undefined;
  readonly error: { readonly type: number; readonly message: string; readonly code: number } | undefined;
}

/** One mount of the plugin. */
export interface MountedBackend {
  readonly multiplexId: string | undefined;
  readonly brokered: BrokeredServices;
  handleRequest(request: HostRequest, options?: RpcOptions): Promise<HostReply>;
  existenceCheck(request: HostRequest): Promise<{ found: boolean; exists: boolean; error: HostReply['error'] }>;
  initialize(): Promise<HostReply['error']>;
  /** Tells the plugin of a changed record. */
  invalidateKey(key: string): Promise<void>;
  specialPaths(): Promise<Readonly<Record<string, readonly string[]>>>;
  type(): Promise<number>;
  version(): Promise<string>;
  cleanup(): Promise<void>;
}

export interface MountHandle {
  readonly client: Client;
  readonly wire: VaultServices;
  readonly brokered: BrokeredServices;
  readonly multiplexId: string | undefined;
}

/** Makes the calls of a mount that has been set up. */
export function mountedBackend({ client, wire, brokered, multiplexId }: MountHandle): MountedBackend {
  const { backend } = wire;
  const identified = (options: RpcOptions = {}): RpcOptions => ({
    ...options,
    metadata: { ...(multiplexId && { multiplex_id: multiplexId }), ...options.metadata },
  });
  return {
    multiplexId,
    brokered,
    async handleRequest(request, options) {
      const args = { request: toMessage(request) };
      const { response, err } = await call(client, backend.HandleRequest, args, identified(options));
      return { response: response ? fromResponse(response) : undefined, error: fromError(err) };
    },
    async existenceCheck(request) {
      const args = { request: toMessage({ operation: 'update', ...request }) };
      const reply = await call(client, backend.HandleExistenceCheck, args, identified());
      return { found: reply.check_found, exists: reply.exists, error: fromError(reply.err) };
    },
    async initialize() {
      return fromError((await call(client, backend.Initialize, {}, identified())).err);
    },
    async invalidateKey(key) {
      await call(client, backend.InvalidateKey, { key }, identified());
    },
    async specialPaths() {
      return { ...(await call(client, backend.SpecialPaths, {}, identified())).paths };
    },
    async type() {
      return (await call(client, backend.Type, {}, identified())).type;
    },
    async version() {
      return (await call(client, wire.version.Version, {}, identified())).plugin_version;
    },
    async cleanup() {
      await call(client, backend.Cleanup, {}, identified());
    },
  };
}

function toMessage({ data, ...request }: HostRequest): RequestMessage {
  return {
    id: 'request',
    operation: 'read',
    path: '',
    mount_point: 'mount/',
    ...request,
    data: JSON.stringify(data ?? null),
  };
}

// As Vault does: a response that is there must hold JSON.
function fromResponse(response: Response__Output): HostReply['response'] {
  return { data: JSON.parse(response.data), warnings: response.warnings };
}

function fromError(error: ProtoError__Output | null): HostReply['error'] {
  return error ? { type: error.err_type, message: error.err_msg, code: Number(error.err_code) } : undefined;
}
