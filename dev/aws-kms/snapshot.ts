import type { Account, Alias, Key, Material } from './state.ts';

type StoredMaterial = Omit<Material, 'bytes'> & { readonly bytes?: string };
type StoredKey = Omit<Key, 'tags' | 'materials'> & {
  readonly tags: Readonly<Record<string, string>>;
  readonly materials: readonly StoredMaterial[];
};

/**
 * All keys and aliases of an account by Region, as JSON can hold them; material is in base64. Import tokens are left
 * out: they expire within a day.
 */
export type AccountSnapshot = Readonly<
  Record<string, { readonly keys: readonly StoredKey[]; readonly aliases: readonly Alias[] }>
>;

/** What an account holds now. */
export function snapshotOf(account: Account): AccountSnapshot {
  return Object.fromEntries(
    account.all().map(({ name, keys, aliases }) => [
      name,
      {
        keys: [...keys.values()].map((key) => ({
          ...key,
          tags: Object.fromEntries(key.tags),
          materials: key.materials.map(({ bytes, ...material }) => ({
            ...material,
            ...(bytes && { bytes: bytes.toString('base64') }),
          })),
        })),
        aliases: [...aliases.values()].map((alias) => ({ ...alias })),
      },
    ]),
  );
}

/** Puts a snapshot into an empty account. Takes one that was JSON as well, which has no undefined members. */
export function loadSnapshot(account: Account, snapshot: AccountSnapshot): void {
  for (const [name, { keys, aliases }] of Object.entries(snapshot)) {
    const region = account.region(name);
    for (const key of keys) region.keys.set(key.id, loadedKey(key));
    for (const alias of aliases) region.aliases.set(alias.name, { ...alias });
  }
}

function loadedKey({ tags, materials, ...key }: StoredKey): Key {
  return {
    ...key,
    tags: new Map(Object.entries(tags)),
    materials: materials.map(({ bytes, ...material }) => ({
      ...material,
      bytes: bytes === undefined ? undefined : Buffer.from(bytes, 'base64'),
    })),
  };
}
