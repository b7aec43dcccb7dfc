import { REGION, type World } from './world.ts';

/** The KMS keys of a Vault key as their tags say, those that are pending deletion left out. Asks no engine. */
export function liveKeys(
  { kms }: World,
  key: string,
): readonly { readonly version: number; readonly id: string; readonly state: string; readonly aliases: string[] }[] {
  return kms
    .keys(REGION)
    .filter(({ tags, state }) => tags['vault-keymgmt-key'] === key && state !== 'PendingDeletion')
    .map(({ id, state, tags, aliases }) => ({
      version: Number(tags['vault-keymgmt-version']),
      id,
      state,
      aliases: [...aliases],
    }))
    .sort((one, other) => one.version - other.version || (one.id < other.id ? -1 : 1));
}

/** {@link liveKeys} in words, sorted: `2 Enabled`, and `2 Enabled named` for one that an alias points to. */
export function statesOf(world: World, key: string): readonly string[] {
  return liveKeys(world, key)
    .map(({ version, state, aliases }) => `${version} ${state}${aliases.length > 0 ? ' named' : ''}`)
    .sort();
}

/** Versions of a Vault key whose enabled or disabled KMS keys hold other bytes than storage. */
export async function wrongMaterial({ kms, storage }: World, key: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { tags, materials } of kms.snapshot()[REGION]?.keys ?? []) {
    const version = tags['vault-keymgmt-version'] ?? '';
    if (tags['vault-keymgmt-key'] !== key || materials.length === 0) continue;
    const stored = await storage.get(`material/${key}/${version}`);
    // The first byte of the record is its format.
    const expected = stored && Buffer.from(stored.value.subarray(1)).toString('base64');
    if (materials.some(({ bytes }) => bytes !== expected)) wrong.push(version);
  }
  return wrong;
}
