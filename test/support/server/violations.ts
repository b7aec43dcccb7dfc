import { REGION, type Stage } from './stage.ts';

/**
 * What is wrong with a key that is distributed to the KMS `aws`, as the API and the cloud tell it: each version has one
 * enabled KMS key, the alias points to the latest, and no KMS key is alive that is neither owned nor reported.
 */
export async function violations(stage: Stage, name: string, mount = 'keymgmt'): Promise<readonly string[]> {
  const wrong: string[] = [];
  const key = (await stage.http('GET', `${mount}/key/${name}`)).body.data;
  const distribution = (await stage.http('GET', `${mount}/kms/aws/key/${name}`)).body.data;
  const versions = Object.entries((distribution?.['versions'] ?? {}) as Record<string, string>);
  if (versions.length !== key?.['latest_version']) wrong.push('not every version is in the cloud');
  const status = (await stage.http('GET', `${mount}/kms/aws/status`)).body.data;
  const orphans = (status?.['possible_orphans'] ?? []) as readonly { readonly attempt: string }[];
  const reported = new Set(orphans.map(({ attempt }) => attempt));
  const owned = new Set(versions.map(([, id]) => id));
  for (const { id, state, tags } of stage.embedded.keys(REGION)) {
    if (tags['vault-keymgmt-key'] !== name) continue;
    if (owned.has(id) && state !== 'Enabled') wrong.push(`the KMS key ${id} is ${state}`);
    const known = owned.has(id) || reported.has(tags['vault-keymgmt-attempt'] ?? '');
    if (!known && state !== 'PendingDeletion') wrong.push(`the KMS key ${id} is an orphan`);
  }
  const alias = `alias/hashicorp/${distribution?.['name'] as string}`;
  if (stage.embedded.aliases(REGION)[alias] !== versions.at(-1)?.[1]) wrong.push('the alias points elsewhere');
  return wrong;
}
