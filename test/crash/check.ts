import { readDistribution, readJson, type KeyRecord } from '../support/plain-records.ts';
import type { KeyState } from './verbs.ts';
import type { World } from './world.ts';

/** Reads what a verb is judged by. */
export async function keyState(world: World): Promise<KeyState> {
  const key = await readJson<KeyRecord>(world.storage, 'key/k');
  const distribution = await readDistribution(world.storage, 'aws', 'k');
  return {
    latest: key?.latest_version,
    minimum: key?.min_enabled_version,
    distributed: distribution !== undefined && !distribution.removing,
  };
}

/**
 * Compares storage and cloud after the recovery, reading records as plain JSON: what is wrong, in words.
 *
 * A KMS key that is alive, owned by no record and named by no possible orphan is an orphan; nothing may be half-done.
 */
export async function violations(world: World): Promise<readonly string[]> {
  const { storage } = world;
  const kms = await world.kms.state();
  const wrong: string[] = [];
  const key = await readJson<KeyRecord>(world.storage, 'key/k');
  const distribution = await readDistribution(world.storage, 'aws', 'k');
  const versions = key ? Array.from({ length: key.latest_version }, (_, index) => index + 1) : [];

  const materials = new Set(storage.keys().filter((name) => name.startsWith('material/k/')));
  for (const version of versions) {
    if (!materials.delete(`material/k/${version}`)) wrong.push(`the material of version ${version} is lost`);
  }
  if (!key) for (const left of materials) wrong.push(`${left} belongs to no key`);

  const reported = new Set(storage.keys().flatMap((name) => /^orphan\/aws\/(.+)$/.exec(name)?.[1] ?? []));
  const owned = new Set(Object.values(distribution?.versions ?? {}).map(({ remote_id }) => remote_id));
  const live = kms.keys.filter(({ state }) => state !== 'PendingDeletion');
  for (const { id, tags } of live) {
    if (!owned.has(id) && !reported.has(tags['vault-keymgmt-attempt'] ?? '')) wrong.push(`KMS key ${id} is an orphan`);
  }
  const aliases = Object.entries(kms.aliases);
  if (!distribution) {
    for (const [alias] of aliases) wrong.push(`${alias} is left over`);
    return wrong;
  }
  if (distribution.removing) wrong.push('the removal is not finished');
  for (const version of versions) {
    const id = distribution.versions[version]?.remote_id;
    const expected = version >= (key?.min_enabled_version ?? 0) ? 'Enabled' : 'Disabled';
    const kmsKey = live.find((each) => each.id === id);
    if (!kmsKey) wrong.push(`version ${version} has no KMS key`);
    else if (kmsKey.state !== expected)
      wrong.push(`the KMS key of version ${version} is ${kmsKey.state}, not ${expected}`);
  }
  const alias = `alias/hashicorp/${distribution.name}`;
  const latest = distribution.versions[key?.latest_version ?? 0]?.remote_id;
  for (const [name, id] of aliases) {
    if (name !== alias) wrong.push(`${name} is left over`);
    else if (id !== latest) wrong.push('the alias does not point to the latest version');
  }
  if (!aliases.some(([name]) => name === alias)) wrong.push('the alias is missing');
  return wrong;
}
