import type { JsonObject, Storage } from '../../src/logical/index.ts';

/** A key's record as far as tests judge by it. */
export interface KeyRecord {
  readonly latest_version: number;
  readonly min_enabled_version: number;
}

/** A distribution's record as far as tests judge by it. */
export interface DistributionRecord {
  readonly name: string;
  readonly removing: boolean;
  readonly current?: number;
  readonly retired?: readonly string[];
  readonly versions: Readonly<Record<string, { readonly state: string; readonly remote_id?: string }>>;
}

/** Reads a record as plain JSON; shares no code with the engine. */
export async function readJson<T = JsonObject>(storage: Pick<Storage, 'get'>, path: string): Promise<T | undefined> {
  const entry = await storage.get(path);
  return entry && (JSON.parse(Buffer.from(entry.value).toString('utf8')) as T);
}

interface Whole extends DistributionRecord {
  readonly schema: 1;
}

interface Divided extends Omit<DistributionRecord, 'retired' | 'versions'> {
  readonly schema: 2;
  readonly parts: { readonly versions: number; readonly retired: number };
  readonly versions: Entries<DistributionRecord['versions'][string]>;
  readonly retired: Entries<string>;
}

type Entries<T> = Readonly<Record<string, T | null>>;

/** Reads a distribution's record with what its parts hold; shares no code with the engine. */
export async function readDistribution(
  storage: Pick<Storage, 'get'>,
  kms: string,
  key: string,
): Promise<DistributionRecord | undefined> {
  const head = await readJson<Whole | Divided>(storage, `distribution/${kms}/${key}`);
  if (head?.schema !== 2) return head;
  const table = async <T>(name: 'versions' | 'retired', inHead: Entries<T>): Promise<Record<string, T>> => {
    const entries: Record<string, T | null> = {};
    for (let part = 0; part < head.parts[name]; part++) {
      const path = `distribution-parts/${kms}/${key}/${name}-${part}`;
      const read = await readJson<Record<typeof name, Record<string, T>>>(storage, path);
      if (!read) throw new Error(`${path} is missing`);
      Object.assign(entries, read[name]);
    }
    Object.assign(entries, inHead);
    return Object.fromEntries(
      Object.entries(entries).flatMap(([number, value]) => (value === null ? [] : [[number, value]])),
    );
  };
  return {
    ...head,
    versions: await table('versions', head.versions),
    retired: Object.values(await table('retired', head.retired)),
  };
}
