import type { KeyView } from '../../../dev/aws-kms/views.ts';
import { DOCUMENTED_PERMISSIONS, OPTIONAL_PERMISSIONS } from '../../support/documented-permissions.ts';
import type { CrashCloud } from '../cloud.ts';

interface State {
  readonly keys: readonly KeyView[];
  /** Key ids by alias name. */
  readonly aliases: Readonly<Record<string, string>>;
}

export const aws: CrashCloud<State> = {
  provider: 'awskms',
  key: { type: 'aes256-gcm96', purpose: 'encrypt,decrypt' },
  documented: DOCUMENTED_PERMISSIONS,
  beyondDocumented: OPTIONAL_PERMISSIONS,
  withoutEffect: [],
  patienceMs: 0,

  violations({ keys, aliases: byName }, { key, versions, distribution, reported }) {
    const wrong: string[] = [];
    const owned = new Set(Object.values(distribution?.versions ?? {}).map(({ remote_id }) => remote_id));
    const live = keys.filter(({ state }) => state !== 'PendingDeletion');
    for (const { id, tags } of live) {
      if (!owned.has(id) && !reported.has(tags['vault-keymgmt-attempt'] ?? ''))
        wrong.push(`KMS key ${id} is an orphan`);
    }
    const aliases = Object.entries(byName);
    if (!distribution) return [...wrong, ...aliases.map(([alias]) => `${alias} is left over`)];
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
  },
};
