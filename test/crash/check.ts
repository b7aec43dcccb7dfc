import { readDistribution, readJson, type DistributionRecord, type KeyRecord } from '../support/plain-records.ts';
import { KMS, type World } from './world.ts';
import type { KeyState } from './verbs.ts';

/** What storage holds, read as plain JSON. */
export interface Judged {
  readonly key: KeyRecord | undefined;
  /** All versions that the key counts. */
  readonly versions: readonly number[];
  readonly distribution: DistributionRecord | undefined;
  /** Attempts that are reported as possible orphans. */
  readonly reported: ReadonlySet<string>;
}

/** Reads what a verb is judged by. */
export async function keyState(world: World): Promise<KeyState> {
  const key = await readJson<KeyRecord>(world.storage, 'key/k');
  const distribution = await readDistribution(world.storage, KMS, 'k');
  return {
    latest: key?.latest_version,
    minimum: key?.min_enabled_version,
    distributed: distribution !== undefined && !distribution.removing,
  };
}

/**
 * Compares storage and cloud after the recovery: what is wrong, in words.
 *
 * An object of the cloud that is alive, owned by no record and named by no possible orphan is an orphan; nothing may be
 * half-done.
 */
export async function violations(world: World): Promise<readonly string[]> {
  const { storage } = world;
  const state = await world.kms.state();
  const wrong: string[] = [];
  const key = await readJson<KeyRecord>(world.storage, 'key/k');
  const distribution = await readDistribution(world.storage, KMS, 'k');
  const versions = key ? Array.from({ length: key.latest_version }, (_, index) => index + 1) : [];

  const materials = new Set(storage.keys().filter((name) => name.startsWith('material/k/')));
  for (const version of versions) {
    if (!materials.delete(`material/k/${version}`)) wrong.push(`the material of version ${version} is lost`);
  }
  if (!key) for (const left of materials) wrong.push(`${left} belongs to no key`);
  if (distribution?.removing) wrong.push('the removal is not finished');

  const orphan = new RegExp(`^orphan/${KMS}/(.+)$`);
  const reported = new Set(storage.keys().flatMap((name) => orphan.exec(name)?.[1] ?? []));
  return [...wrong, ...world.cloud.violations(state, { key, versions, distribution, reported })];
}
