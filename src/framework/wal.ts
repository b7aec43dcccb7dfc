import { randomUUID } from 'node:crypto';
import { isJsonObject, type BackendContext, type Json, type Storage } from '../logical/index.ts';
import type { Clock } from '../support/clock.ts';

/** Folder of the write-ahead log (Vault: `framework.WALPrefix`). */
const WAL_PREFIX = 'wal/';

/** An entry of the log: an intent, to be undone or finished should the process die before it is deleted. */
export interface WalEntry {
  readonly id: string;
  readonly kind: string;
  readonly data: Json;
  /** Unix seconds. */
  readonly createdAt: number;
}

/** Writes an intent (Vault: `framework.PutWAL`). @returns its id */
export async function putWal(
  storage: Storage,
  clock: Clock,
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

/** What to do with the entries of the log. */
export interface WalRollback {
  /** Younger entries are left alone: whoever wrote them may still be at work. @default 10 minutes */
  readonly minAgeMs?: number;
  /** Undoes or finishes an intent; the entry is deleted when it resolves. */
  readonly rollback: (context: BackendContext, kind: string, data: Json) => Promise<void>;
}

const DEFAULT_MIN_AGE_MS = 10 * 60_000;

/**
 * Rolls back all entries that are old enough, or all when `immediate`. One that fails does not stop the others.
 *
 * @returns the texts of the failures
 */
export async function rollBackWal(
  { minAgeMs = DEFAULT_MIN_AGE_MS, rollback }: WalRollback,
  context: BackendContext,
  clock: Clock,
  immediate: boolean,
): Promise<readonly string[]> {
  const { storage, signal } = context;
  const failures: string[] = [];
  for (const id of await storage.list(WAL_PREFIX, signal)) {
    try {
      const entry = await readWal(storage, id, signal);
      if (!entry) continue;
      if (!immediate && entry.createdAt * 1000 > clock.now() - minAgeMs) continue;
      await rollback(context, entry.kind, entry.data);
      await deleteWal(storage, id, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`error rolling back WAL entry "${id}": ${reason}`);
    }
  }
  return failures;
}

async function readWal(storage: Storage, id: string, signal: AbortSignal): Promise<WalEntry | undefined> {
  const stored = await storage.get(WAL_PREFIX + id, signal);
  if (!stored) return undefined;
  const parsed: unknown = JSON.parse(Buffer.from(stored.value).toString('utf8'));
  if (!isJsonObject(parsed)) throw new Error('not a WAL entry');
  const { type, data, created_at: createdAt } = parsed;
  if (typeof type !== 'string' || typeof createdAt !== 'number') throw new Error('not a WAL entry');
  return { id, kind: type, data: data ?? null, createdAt };
}
