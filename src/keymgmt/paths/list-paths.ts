import { genericName, type PathDefinition } from '../../framework/index.ts';
import { currentDistribution } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import { keyNameField, kmsNameField } from './fields.ts';
import { listPath } from './list-path.ts';

/** `LIST key/`. */
export function listKeysPath(mount: Mount): PathDefinition {
  return listPath({
    pattern: 'key/?',
    captures: {},
    operationSuffix: 'keys',
    synopsis: 'List the keys in the secrets engine.',
    names: ({ storage, signal }) => mount.keys.list(storage, '', signal),
  });
}

/** `LIST kms/`. */
export function listKmsPath(mount: Mount): PathDefinition {
  return listPath({
    pattern: 'kms/?',
    captures: {},
    operationSuffix: 'kms-providers',
    synopsis: 'List the KMS providers in the secrets engine.',
    names: ({ storage, signal }) => mount.kms.list(storage, '', signal),
  });
}

/** `LIST kms/:name/key/`. */
export function listKeysInKmsPath(mount: Mount): PathDefinition {
  return listPath({
    pattern: `kms/${genericName('name')}/key/?`,
    captures: { name: kmsNameField },
    operationSuffix: 'keys-in-kms-provider',
    synopsis: 'List the keys that exist in the KMS provider.',
    names: ({ data, storage, signal }) => mount.distributions.list(storage, `${data.get('name')}/`, signal),
  });
}

/** `LIST key/:name/kms/`: none or one, as a key can be in one KMS only. */
export function listKmsOfKeyPath(mount: Mount): PathDefinition {
  return listPath({
    pattern: `key/${genericName('name')}/kms/?`,
    captures: { name: keyNameField },
    operationSuffix: 'kms-providers-for-key',
    synopsis: 'List the KMS providers that a named key exists in.',
    names: async (context) => {
      const name = context.data.get('name');
      const key = await mount.keys.get(context.storage, name, context.signal);
      const place = key && (await currentDistribution(mount, context, name, key));
      return place ? [place.ref.kms] : [];
    },
  });
}
