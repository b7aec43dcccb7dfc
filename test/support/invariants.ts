import { createHash } from 'node:crypto';
import type { Storage } from '../../src/logical/index.ts';
import type { ModelCloud, ModelObject } from './model-cloud.ts';
import { readDistribution, readJson, type KeyRecord } from './plain-records.ts';

/**
 * Compares storage and cloud, reading the records as plain JSON: what is wrong, in words, or nothing. It shares no code
 * with the planner that it judges.
 */
export async function violations(storage: Storage, cloud: ModelCloud, kms = 'aws'): Promise<readonly string[]> {
  const wrong: string[] = [];
  const key = await readJson<KeyRecord>(storage, 'key/k');
  if (!key) return ['the record of the key is lost'];
  const distribution = await readDistribution(storage, kms, 'k');
  const live = [...cloud.objects.values()].filter(({ state }) => state !== 'pending_deletion');

  for (let version = 1; version <= key.latest_version; version++) {
    if ((await storage.get(`material/k/${version}`)) === undefined)
      wrong.push(`material of version ${version} is lost`);
  }
  if (distribution === undefined) {
    for (const { id, state } of live) wrong.push(`${id} is ${state}, although the key is in no KMS`);
    for (const [name, id] of cloud.names) wrong.push(`the name ${name} still points to ${id}`);
    return wrong;
  }
  if (distribution.removing) wrong.push('the removal is not finished');
  const versions = Object.values(distribution.versions).map(({ remote_id }) => remote_id);
  const known = new Set([...versions, ...(distribution.retired ?? [])]);
  for (const { id } of live) if (!known.has(id)) wrong.push(`${id} is live and unknown`);
  for (let version = 1; version <= key.latest_version; version++) {
    const object = cloud.objects.get(distribution.versions[version]?.remote_id ?? '');
    wrong.push(...(await versionViolations(storage, version, version >= key.min_enabled_version, object)));
  }
  const latest = distribution.versions[key.latest_version]?.remote_id;
  if (cloud.names.get(distribution.name) !== latest) wrong.push(`the name does not point to the latest version`);
  for (const name of cloud.names.keys()) if (name !== distribution.name) wrong.push(`the name ${name} is left over`);
  return wrong;
}

async function versionViolations(
  storage: Storage,
  version: number,
  enabled: boolean,
  object: ModelObject | undefined,
): Promise<readonly string[]> {
  if (!object) return [`version ${version} is not in the cloud`];
  const wrong: string[] = [];
  const expected = enabled ? 'enabled' : 'disabled';
  if (object.state !== expected) wrong.push(`version ${version} is ${object.state}, not ${expected}`);
  if (object.labels['vault-keymgmt-version'] !== String(version)) wrong.push(`version ${version} is labelled wrongly`);
  const material = (await storage.get(`material/k/${version}`))?.value.subarray(1) ?? Buffer.alloc(0);
  if (object.material !== createHash('sha256').update(material).digest('hex')) {
    wrong.push(`version ${version} holds other material in the cloud than in Vault`);
  }
  return wrong;
}
