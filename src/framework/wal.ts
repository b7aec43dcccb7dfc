import { randomUUID } from 'node:crypto';
import { isJsonObject, isReadOnlyError, type BackendContext, type Json, type Storage } from '../logical/index.ts';
import type { WallClock } from '../support/clock.ts';
import type { Logger } from '../support/logger.ts';

/** Folder of the write-ahead log (Vault: `framework.WALPrefix`). */
const WAL_PREFIX = 'wal/';

/** An entry of the log: an intent, to be undone or finished should the process die before it is deleted. */
interface WalEntry {
  readonly kind: string;
  readonly data: Json;
  /** Unix seconds. */
  readonly createdAt: number;
}

/** Writes an intent (Vault: `framework.PutWAL`). @returns its id */
export async function putWal(
  storage: Storage,
  clock: WallClock,
  kind: string,
  data: Json,
  signal?: AbortSignal,
): Promise<string> {
  const id = randomUUID();
  const value = Buffer.from(JSON.stringify({ type: kind, data, created_at: Math.floor(clock.now() / 1000) }));
  await storage.put({ key: WAL_PREFIX + id, value }, signal);
  return id;
}

/** Deletes an intent that was carried out (Vault: `framework.DeleteWAL`). */
export async function deleteWal(storage: Storage, id: string, signal?: AbortSignal): Promise<void> {
  await storage.delete(WAL_PREFIX + id, signal);
}

/** Ids of all intents in the log (Vault: `framework.ListWAL`). */
export async function listWal(storage: Storage, signal?: AbortSignal): Promise<readonly string[]> {
  return storage.list(WAL_PREFIX, signal);
}

/** What to do with the entries of the log. */
export interface WalRollback {
  /** Younger entries are left alone: whoever wrote them may still be at work. @default 10 minutes */
  readonly minAgeMs?: number;
  /** Undoes or finishes an intent; the entry is deleted when it resolves. */
  readonly rollback: (context: BackendContext, kind: string, data: Json) => Promise<void>;
}

/** How a rollback is to be done. */
export interface WalTick {
  readonly clock: WallClock;
  readonly logger: Logger;
  /** Whether to take the young entries too. */
  readonly immediate: boolean;
}

const DEFAULT_MIN_AGE_MS = 10 * 60_000;

/**
 * Rolls back all entries that are old enough, or all when `immediate`. One that fails does not stop the others; when
 * this node may not write any more, the rest is left to the one that may.
 *
 * @returns the texts of the failures
 */
export async function rollBackWal(
  { minAgeMs = DEFAULT_MIN_AGE_MS, rollback }: WalRollback,
  context: BackendContext,
  { clock, logger, immediate }: WalTick,
): Promise<readonly string[]> {
  const { storage, signal } = context;
  const olderThan = immediate ? Infinity : clock.now() - minAgeMs;
  const failures: string[] = [];
  for (const id of await listWal(storage, signal)) {
    signal.throwIfAborted();
    try {
      const entry = await readWal(storage, id, signal);
      if (!entry || entry.createdAt * 1000 >= olderThan) continue;
      await naming(entry.kind, () => rollback(context, entry.kind, entry.data));
      await deleteWal(storage, id, signal);
    } catch (error) {
      if (isReadOnlyError(error)) break;
      const reason = textOf(error);
      logger.warn('failed to roll back WAL entry', { id, error: reason });
      failures.push(reason);
    }
  }
  return failures;
}

async function naming(kind: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new Error(`error rolling back ${JSON.stringify(kind)} entry: ${textOf(cause)}`, { cause });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// As Go's decoder, takes what is left out for empty.
async function readWal(storage: Storage, id: string, signal: AbortSignal): Promise<WalEntry | undefined> {
  const stored = await storage.get(WAL_PREFIX + id, signal);
  if (!stored) return undefined;
  const parsed = parseJson(stored.value);
  const { type = '', data = null, created_at: createdAt = 0 } = isJsonObject(parsed) ? parsed : { type: null };
  if (typeof type === 'string' && typeof createdAt === 'number') return { kind: type, data, createdAt };
  throw new Error(`WAL entry "${id}" cannot be read`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // The parser's text would quote the entry.
    return undefined;
  }
}
