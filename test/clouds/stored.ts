import { createHash } from 'node:crypto';
import type { Storage } from '../../src/logical/index.ts';

/** What storage says of a key and its distribution, as far as tests judge by it. */
export interface Stored {
  readonly latest: number;
  /** Versions below are disabled. */
  readonly minimum: number;
  /** SHA-256 of the material, hex, by version. */
  readonly material: ReadonlyMap<number, string>;
  /** Hashes of the material of the versions that are to be disabled. */
  readonly belowMinimum: ReadonlySet<string>;
  readonly distribution: StoredDistribution | undefined;
  /** What is wrong with the records by themselves. */
  readonly wrong: readonly string[];
}

interface StoredPlace {
  readonly versions: Readonly<Record<string, { readonly state: string; readonly remote_id?: string }>>;
}

export interface StoredDistribution extends StoredPlace {
  readonly name: string;
  readonly removing: boolean;
  readonly container?: string;
  readonly retired: readonly string[];
  readonly places?: Readonly<Record<string, StoredPlace>>;
}

type Entries<T> = Readonly<Record<string, T | null>>;
type Json = Readonly<Record<string, unknown>>;

/** Reads the records as plain JSON; shares no code with the engine. @throws {Error} where the key's record is lost */
export async function readStored(storage: Storage, kms: string, key: string): Promise<Stored> {
  const record = await json<{ latest_version: number; min_enabled_version: number }>(storage, `key/${key}`);
  if (!record) throw new Error('the record of the key is lost');
  const { latest_version: latest, min_enabled_version: minimum } = record;
  const wrong: string[] = [];
  const material = new Map<number, string>();
  for (let version = 1; version <= latest; version++) {
    const entry = await storage.get(`material/${key}/${version}`);
    if (!entry) wrong.push(`material of version ${version} is lost`);
    else material.set(version, createHash('sha256').update(entry.value.subarray(1)).digest('hex'));
  }
  const distribution = await readDistribution(storage, kms, key);
  if (distribution?.removing) wrong.push('the removal is not finished');
  const below = [...material].filter(([version]) => version < minimum);
  return { latest, minimum, material, belowMinimum: new Set(below.map(([, hash]) => hash)), distribution, wrong };
}

/** Cloud id of a version at a place. */
export function idAt(distribution: StoredDistribution, version: number, place = ''): string {
  const versions = place === '' ? distribution.versions : distribution.places?.[place]?.versions;
  return (versions ?? {})[version]?.remote_id ?? 'none';
}

async function readDistribution(storage: Storage, kms: string, key: string): Promise<StoredDistribution | undefined> {
  const head = await json<Json & { readonly schema: number }>(storage, `distribution/${kms}/${key}`);
  if (!head) return undefined;
  if (head.schema === 1 || head.schema === 3) return { retired: [], ...head } as unknown as StoredDistribution;
  const parts = head['parts'] as Readonly<Record<'versions' | 'retired', number>>;
  const table = async (name: 'versions' | 'retired'): Promise<Record<string, unknown>> => {
    const entries: Record<string, unknown> = {};
    for (let part = 0; part < parts[name]; part++) {
      const path = `distribution-parts/${kms}/${key}/${name}-${part}`;
      const read = await json<Readonly<Record<string, Entries<unknown>>>>(storage, path);
      if (!read) throw new Error(`${path} is missing`);
      Object.assign(entries, read[name]);
    }
    Object.assign(entries, head[name]);
    return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== null));
  };
  const retired = Object.values(await table('retired'));
  return { ...head, versions: await table('versions'), retired } as unknown as StoredDistribution;
}

async function json<T>(storage: Storage, path: string): Promise<T | undefined> {
  const entry = await storage.get(path);
  return entry && (JSON.parse(Buffer.from(entry.value).toString('utf8')) as T);
}
