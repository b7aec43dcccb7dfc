import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import type { KeyView } from '../../../dev/azure-key-vault/views.ts';
import type { CrashCloud } from '../cloud.ts';

interface State {
  readonly keys: readonly KeyView[];
}

const isKek = ({ versions }: KeyView): boolean => versions.some(({ keyOps }) => keyOps.includes('import'));

export const azure: CrashCloud<State> = {
  provider: 'azurekeyvault',
  // An RSA key would take a second for each version.
  key: { type: 'ecdsa-p256', purpose: 'sign,verify' },
  documented: AZURE_DOCUMENTED_PERMISSIONS,
  beyondDocumented: ['KeyList', 'KeyListVersions'],
  withoutEffect: ['KeyGet', 'KeyGetDeleted', 'KeyList', 'KeyListVersions'],
  // The consistency window of the driver, and some time for the request that is repeated.
  patienceMs: 120_000,

  violations({ keys }, { key, versions, distribution }) {
    const wrong: string[] = [];
    const active = keys.filter(({ phase }) => phase === 'active');
    // One is on record; one that nobody knows may be left by an answer that was lost.
    if (active.filter(isKek).length > 2) wrong.push('there are several key exchange keys');
    const ours = active.filter((each) => !isKek(each));
    for (const { name } of ours) if (name !== distribution?.name) wrong.push(`the key ${name} is left over`);
    if (!distribution) return wrong;
    const made = ours.find(({ name }) => name === distribution.name)?.versions ?? [];
    const idOf = (version: number): string | undefined => distribution.versions[version]?.remote_id;
    for (const version of versions) {
      const found = made.find(({ id }) => `${distribution.name}/${id}` === idOf(version));
      const wanted = version >= (key?.min_enabled_version ?? 0);
      if (!found) wrong.push(`version ${version} is not in the vault`);
      else if (found.tags['vault-keymgmt-version'] !== String(version))
        wrong.push(`${found.id} is no version ${version}`);
      else if (found.enabled !== wanted) wrong.push(`version ${version} is ${found.enabled ? 'enabled' : 'disabled'}`);
    }
    const isBelow = (tag: string | undefined): boolean => Number(tag) < (key?.min_enabled_version ?? 0);
    for (const { id, enabled, tags } of made) {
      if (enabled && isBelow(tags['vault-keymgmt-version'])) wrong.push(`${id}, below the minimum, is enabled`);
    }
    const newest = `${distribution.name}/${made.at(-1)?.id ?? 'none'}`;
    if (newest !== idOf(key?.latest_version ?? 0)) wrong.push(`${newest} is the newest, not the latest version`);
    return wrong;
  },
};
