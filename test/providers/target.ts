import { keyMaterial, type KeyMaterial } from '../../src/crypto/key-material.ts';
import type { Target } from '../../src/providers/port.ts';
import { HOME } from '../../src/providers/step.ts';

/** The name of the distribution in the cloud, unless a test says otherwise. */
export const NAME = 'k-1700000000';

/** What the engine has on record of a distribution; all of it at the home place. */
export interface OnRecord {
  readonly name?: string;
  readonly ownsName?: boolean;
  /** Ids of the versions, by version number. */
  readonly ids?: Readonly<Record<number, string>>;
  /** Ids of all objects, the likeliest holder of the name last. @default those of the versions */
  readonly ours?: readonly string[];
  /** @default 32 bytes, each the version's number */
  readonly material?: (version: number) => KeyMaterial;
}

export const material = (fill = 7): KeyMaterial => keyMaterial(Buffer.alloc(32, fill));

/** The labels of a version, without that of the attempt. */
export const labelsOf = (version: number, name = NAME): Readonly<Record<string, string>> => ({
  key_name: name,
  'vault-keymgmt-version': String(version),
});

/** The distribution of an AES key. */
export function targetOf({ name = NAME, ownsName = false, ids = {}, ours, ...rest }: OnRecord = {}): Target {
  const versions = new Map(Object.entries(ids).map(([version, id]) => [Number(version), id]));
  const home = <T>(place: string, known: T, none: T): T => (place === HOME ? known : none);
  const all = ours ?? [...versions.values()];
  return {
    keyName: 'k',
    keyType: 'aes256-gcm96',
    purposes: ['decrypt', 'encrypt'],
    protection: 'hsm',
    distributedName: name,
    ownsName,
    isCreating: false,
    container: undefined,
    wrappingKey: undefined,
    id: (version, place) => home(place, versions.get(version), undefined),
    ids: (place) => home(place, versions, new Map<number, string>()),
    ours: (place) => home(place, all, []),
    places: all.length > 0 ? [HOME] : [],
    labels: (version = 0) => labelsOf(version, name),
    material: async (version) => (rest.material ?? material)(version),
  };
}
