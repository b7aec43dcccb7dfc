import { Metadata, status, type Client, type handleUnaryCall } from '@grpc/grpc-js';
import { RpcError } from '../../../src/goplugin/rpc-error.ts';
import type { HostMethod } from '../../../src/goplugin/unary-call.ts';

export interface RpcOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

/** Calls a unary method; rejects with grpc-js's `ServiceError`. */
export function call<Request, Reply>(
  client: Client,
  method: HostMethod<Request, Reply>,
  request: Request,
  { metadata = {}, deadlineMs, signal }: RpcOptions = {},
): Promise<Reply> {
  const headers = new Metadata();
  for (const [name, value] of Object.entries(metadata)) headers.set(name, value);
  return new Promise((resolve, reject) => {
    const running = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      headers,
      deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
      (error, reply) => {
        if (error) reject(error);
        else resolve(reply as Reply);
      },
    );
    signal?.addEventListener('abort', () => {
      running.cancel();
    });
  });
}

/** Answers a unary method; a rejection with an RpcError becomes its status, any other INTERNAL, with its text. */
export function answer<Request, Reply>(
  handler: (request: Request, metadata: Metadata) => Promise<Reply>,
): handleUnaryCall<Request, Reply> {
  return (incoming, callback) => {
    handler(incoming.request, incoming.metadata).then(
      (reply) => {
        callback(null, reply);
      },
      (error: unknown) => {
        const code = error instanceof RpcError ? error.code : status.INTERNAL;
        callback({ code, details: error instanceof Error ? error.message : String(error) });
      },
    );
  };
}
