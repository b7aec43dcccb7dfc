import type { KnownSecrets } from '../../../dev/secrecy/known-secrets.ts';
import { secretsInRecord } from '../../../dev/secrecy/secrets-in-record.ts';
import type { Storage, StorageEntry } from '../../../src/logical/index.ts';

/** The storage, which tells all secrets that are read from it or written to it. */
export function noteStorage(storage: Storage, secrets: KnownSecrets): Storage {
  const note = ({ key, value }: StorageEntry): void => {
    for (const { what, bytes } of secretsIn(key, value)) secrets.add(what, bytes);
  };
  return {
    async get(key, signal) {
      const entry = await storage.get(key, signal);
      if (entry) note(entry);
      return entry;
    },
    async put(entry, signal) {
      note(entry);
      await storage.put(entry, signal);
    },
    delete: (key, signal) => storage.delete(key, signal),
    list: (prefix, signal) => storage.list(prefix, signal),
  };
}

// A test may have put there what is no record.
function secretsIn(key: string, value: Uint8Array): ReturnType<typeof secretsInRecord> {
  try {
    return secretsInRecord(key, value);
  } catch {
    return [];
  }
}
