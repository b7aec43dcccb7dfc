import { keyMaterial, type KeyMaterial } from '../../crypto/key-material.ts';
import type { Storage } from '../../logical/index.ts';

/** Storage prefix of all key material; seal-wrapped. */
export const MATERIAL_PREFIX = 'material/';

/** First byte of a record: raw bytes as KeyMaterial holds them. */
const FORMAT = 1;

/**
 * Key material at `material/<name>/<version>`, apart from the key's record: reading a key never touches it, no cache
 * ever holds it, and as raw bytes it never becomes a JavaScript string, which could not be zeroed.
 */
export interface MaterialStore {
  /** Writes the material; the caller still owns it. */
  put(storage: Storage, name: string, version: number, material: KeyMaterial, signal?: AbortSignal): Promise<void>;
  /** The material of a version that the key's record promises. @throws {Error} when it is missing or not readable */
  get(storage: Storage, name: string, version: number, signal?: AbortSignal): Promise<KeyMaterial>;
  /** Deletes all versions. */
  deleteAll(storage: Storage, name: string, signal?: AbortSignal): Promise<void>;
  /** Versions that have material, ascending, whether or not there is a key that counts them. */
  versions(storage: Storage, name: string, signal?: AbortSignal): Promise<readonly number[]>;
  /** Names that have material, whether or not there is a key of that name. */
  names(storage: Storage, signal?: AbortSignal): Promise<readonly string[]>;
}

export function materialStore(): MaterialStore {
  const path = (name: string, version: number | string): string => `${MATERIAL_PREFIX}${name}/${version}`;
  return {
    async put(storage, name, version, material, signal) {
      const value = Buffer.concat([Buffer.of(FORMAT), material.reveal()]);
      try {
        await storage.put({ key: path(name, version), value, sealWrap: true }, signal);
      } finally {
        value.fill(0);
      }
    },
    async get(storage, name, version, signal) {
      const entry = await storage.get(path(name, version), signal);
      if (!entry) throw new Error(`the material of version ${version} of key "${name}" is missing in storage`);
      const { value } = entry;
      try {
        if (value[0] !== FORMAT || value.length < 2) {
          throw new Error(`the material of version ${version} of key "${name}" has an unknown format`);
        }
        // A copy of its own memory: a pooled or sliced buffer could not be zeroed without harm to others.
        return keyMaterial(Buffer.from(Uint8Array.from(value.subarray(1)).buffer));
      } finally {
        value.fill(0);
      }
    },
    async deleteAll(storage, name, signal) {
      for (const version of await storage.list(path(name, ''), signal))
        await storage.delete(path(name, version), signal);
    },
    async versions(storage, name, signal) {
      return (await storage.list(path(name, ''), signal)).map(Number).sort((one, other) => one - other);
    },
    async names(storage, signal) {
      return (await storage.list(MATERIAL_PREFIX, signal)).map((folder) => folder.replace(/\/$/, ''));
    },
  };
}
