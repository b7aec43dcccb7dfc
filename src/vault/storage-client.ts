import type { Metadata } from '@grpc/grpc-js';
import type { HostConnection } from '../goplugin/host-connection.ts';
import { RpcError } from '../goplugin/rpc-error.ts';
import type { HostMethod } from '../goplugin/unary-call.ts';
import { StorageError, type Storage } from '../logical/index.ts';
import type { StorageDefinition } from './generated/pb/Storage.ts';

/**
 * The storage of a mount, as the server gives it over the brokered connection.
 *
 * @param metadata - travels with every call; where a request is made on a snapshot, it says which
 */
export function storageClient(connection: HostConnection, service: StorageDefinition, metadata?: Metadata): Storage {
  const call = async <Request, Reply extends { err: string }>(
    method: HostMethod<Request, Reply>,
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<Reply> => {
    const reply = await connection.call(method, request, { signal, metadata }).catch((error: unknown) => {
      throw error instanceof RpcError ? new StorageError(error.message, { cause: error }) : error;
    });
    // Passed on as it is: the server looks for texts of its own in it.
    if (reply.err !== '') throw new StorageError(reply.err);
    return reply;
  };
  /** Once sent, a write is waited for; the connection's own limit ends that, too. */
  const write = async <Request, Reply extends { err: string }>(
    method: HostMethod<Request, Reply>,
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    signal?.throwIfAborted();
    await call(method, request, undefined);
  };
  return {
    ofOneRequest: metadata !== undefined,
    async get(key, signal) {
      const { entry } = await call(service.Get, { key }, signal);
      return entry ? { key: entry.key, value: entry.value, sealWrap: entry.seal_wrap } : undefined;
    },
    async put(entry, signal) {
      const value = Buffer.from(entry.value.buffer, entry.value.byteOffset, entry.value.byteLength);
      await write(service.Put, { entry: { key: entry.key, value, seal_wrap: entry.sealWrap ?? false } }, signal);
    },
    async delete(key, signal) {
      await write(service.Delete, { key }, signal);
    },
    async list(prefix, signal) {
      return (await call(service.List, { prefix }, signal)).keys;
    },
  };
}
