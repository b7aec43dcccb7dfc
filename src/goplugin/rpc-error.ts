import { status } from '@grpc/grpc-js';

/** A failure of a call itself, with a gRPC status; never what a handler answers on purpose. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: status;

  constructor(code: status, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Tells whether the other side does not know the method: a feature that its version does not have. */
export function isUnimplemented(error: unknown): boolean {
  return error instanceof RpcError && error.code === status.UNIMPLEMENTED;
}
