import { isEnabled, versionNumbers, type Key } from '../records/key.ts';
import type { Distribution } from '../records/distribution.ts';

/** What the cloud should hold for a distribution. */
export type Desired =
  | { readonly present: false }
  | {
      readonly present: true;
      /** Whether each version is enabled, by version number. */
      readonly enabled: ReadonlyMap<number, boolean>;
      /** The version that applications reach by the distributed name. */
      readonly current: number;
    };

/** Derives the wish from the two records that hold it: the key's versions and the distribution's existence. */
export function desiredState(key: Key, distribution: Distribution): Desired {
  if (distribution.removing) return { present: false };
  const enabled = new Map(versionNumbers(key).map((version) => [version, isEnabled(key, version)]));
  return { present: true, enabled, current: key.latest_version };
}
