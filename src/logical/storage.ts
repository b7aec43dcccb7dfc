/** One record of a mount's storage. */
export interface StorageEntry {
  /** Path relative to the mount, without a leading slash. */
  readonly key: string;
  readonly value: Uint8Array;
  /** Asks the server for an extra layer of encryption by the seal; a hint, as Community servers have no seal wrap. */
  readonly sealWrap?: boolean;
}

/**
 * The storage of one mount (Vault: `logical.Storage`). Encrypted by the barrier on the server's side.
 *
 * Every method rejects with a {@link StorageError} when the server refuses, its text untouched: a server forwards a
 * request to the active node by finding `cannot write to readonly storage` in it.
 *
 * A signal that aborts ends a read. A write it only keeps from being sent: once sent, the write is waited for, as the
 * server may carry it out all the same, and then whoever holds a lock for it must not have let go.
 */
export interface Storage {
  /** A view that was made for one request (of a snapshot, say): nothing that is read from it may be remembered. */
  readonly ofOneRequest?: boolean;
  /** The record, or undefined when there is none. */
  get(key: string, signal?: AbortSignal): Promise<StorageEntry | undefined>;
  put(entry: StorageEntry, signal?: AbortSignal): Promise<void>;
  /** Deletes the record; deleting what does not exist succeeds. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
  /** Names of the direct children of `prefix` (empty, or ending in `/`), sorted; folders end in `/`. */
  list(prefix: string, signal?: AbortSignal): Promise<readonly string[]>;
}

/** The text by which Vault and OpenBao recognise a write on a node that may not write. */
export const READ_ONLY_TEXT = 'cannot write to readonly storage';

/** A storage operation that the server refused. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** Tells whether an error says that this node may only read (a standby, or a node that has lost its leadership). */
export function isReadOnlyError(error: unknown): boolean {
  return error instanceof Error && error.message.includes(READ_ONLY_TEXT);
}
