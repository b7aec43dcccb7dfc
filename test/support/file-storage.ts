import { open, readFile, truncate } from 'node:fs/promises';
import { inMemoryStorage, type InMemoryStorage, type StorageEntry } from '../../src/logical/index.ts';

/** A storage whose records outlive this process. */
export interface FileStorage extends InMemoryStorage {
  /** Lets go of the file once what was begun is on disk. */
  close(): Promise<void>;
}

/** A line of the file: one record as it was put, or the key of one that was deleted. */
type Line = { readonly put: string; readonly value: string; readonly sealWrap?: boolean } | { readonly delete: string };

/**
 * Opens a storage over a journal of its writes. Each write is on disk (fsync) before it is answered, so that whoever
 * opens the file next, in this process or another, finds all that was answered and nothing that was torn.
 *
 * @param file made when it is not there; one storage at a time may have it open
 */
export async function fileStorage(file: string): Promise<FileStorage> {
  const journal = await open(file, 'a', 0o600);
  const text = await readFile(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // A write that a crash tore was never answered.
  if (whole.length < text.length) await truncate(file, Buffer.byteLength(whole));
  const memory = inMemoryStorage(replay(whole));
  let last: Promise<void> = Promise.resolve();

  /** Writes happen one after the other, in the file as in memory. */
  const write = (key: string, line: Line, apply: () => Promise<void>): Promise<void> => {
    const done = last.then(async () => {
      // Refuses a key that must not get into the file.
      await memory.get(key);
      await journal.appendFile(`${JSON.stringify(line)}\n`);
      await journal.datasync();
      await apply();
    });
    last = done.catch(() => undefined);
    return done;
  };
  return {
    ...memory,
    put(entry) {
      // Taken before the caller gets its buffer back.
      const kept = { ...entry, value: Buffer.from(entry.value) };
      return write(entry.key, { put: entry.key, ...rest(kept) }, () => memory.put(kept));
    },
    delete: (key) => write(key, { delete: key }, () => memory.delete(key)),
    async close() {
      await last;
      await journal.close();
    },
  };
}

function rest({ value, sealWrap }: StorageEntry): { readonly value: string; readonly sealWrap?: boolean } {
  return { value: Buffer.from(value).toString('base64'), ...(sealWrap === undefined ? {} : { sealWrap }) };
}

function replay(text: string): Map<string, StorageEntry> {
  const records = new Map<string, StorageEntry>();
  for (const each of text.split('\n').filter(Boolean)) {
    const line = JSON.parse(each) as Line;
    if ('delete' in line) records.delete(line.delete);
    else {
      const { put: key, value, ...others } = line;
      records.set(key, { key, value: Buffer.from(value, 'base64'), ...others });
    }
  }
  return records;
}
