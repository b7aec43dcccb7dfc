import { GCP_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import type { KeyView } from '../../../dev/gcp-kms/key-view.ts';
import type { CrashCloud } from '../cloud.ts';

interface State {
  readonly keys: readonly KeyView[];
}

const isLive = (state: string): boolean => !['DESTROY_SCHEDULED', 'DESTROYED', 'IMPORT_FAILED'].includes(state);

export const gcp: CrashCloud<State> = {
  provider: 'gcpckms',
  key: { type: 'aes256-gcm96', purpose: 'encrypt,decrypt' },
  documented: GCP_DOCUMENTED_PERMISSIONS,
  beyondDocumented: ['GetCryptoKey', 'ListCryptoKeys'],
  withoutEffect: [],
  // The consistency window of the driver, and some time for the request that is repeated.
  patienceMs: 60_000,

  violations({ keys }, { key, versions, distribution }) {
    const wrong: string[] = [];
    const owned = new Set(Object.values(distribution?.versions ?? {}).map(({ remote_id }) => remote_id));
    const all = keys.flatMap(({ name, versions: made }) => {
      const short = name.slice(name.lastIndexOf('/') + 1);
      return made.map((each) => ({ ...each, id: `${short}/${each.number}` }));
    });
    for (const { id, state } of all) if (isLive(state) && !owned.has(id)) wrong.push(`${id} is an orphan`);
    if (!distribution) return wrong;
    for (const version of versions) {
      const id = distribution.versions[version]?.remote_id;
      const expected = version >= (key?.min_enabled_version ?? 0) ? 'ENABLED' : 'DISABLED';
      const made = all.find((each) => each.id === id);
      if (made?.state !== expected) wrong.push(`version ${version} is ${made?.state ?? 'not there'}, not ${expected}`);
    }
    const holder = keys.find(({ name }) => name.endsWith(`/cryptoKeys/${distribution.name}`));
    const latest = distribution.versions[key?.latest_version ?? 0]?.remote_id;
    const primary = `${distribution.name}/${holder?.primary ?? 'none'}`;
    if (primary !== latest) wrong.push(`the primary version is ${primary}, not ${latest ?? 'none'}`);
    return wrong;
  },
};
