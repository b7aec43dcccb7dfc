import { definePath, genericName, type PathDefinition } from '../../framework/index.ts';
import { currentDistribution } from '../distribution/current-distribution.ts';
import { listResponse } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX } from './display.ts';
import { keyNameField, kmsNameField } from './fields.ts';

/** `LIST key/`. */
export function listKeysPath(mount: Mount): PathDefinition {
  const synopsis = 'List the keys in the secrets engine.';
  return definePath({
    pattern: 'key/?',
    fields: {},
    display: { operationPrefix: OPERATION_PREFIX, operationVerb: 'list', operationSuffix: 'keys' },
    operations: {
      list: { handler: async ({ storage, signal }) => listResponse(await mount.keys.list(storage, '', signal)) },
    },
    help: { synopsis, description: synopsis },
  });
}

/** `LIST kms/`. */
export function listKmsPath(mount: Mount): PathDefinition {
  const synopsis = 'List the KMS providers in the secrets engine.';
  return definePath({
    pattern: 'kms/?',
    fields: {},
    display: { operationPrefix: OPERATION_PREFIX, operationVerb: 'list', operationSuffix: 'kms-providers' },
    operations: {
      list: { handler: async ({ storage, signal }) => listResponse(await mount.kms.list(storage, '', signal)) },
    },
    help: { synopsis, description: synopsis },
  });
}

/** `LIST kms/:name/key/`. */
export function listKeysInKmsPath(mount: Mount): PathDefinition {
  const synopsis = 'List the keys that exist in the KMS provider.';
  return definePath({
    pattern: `kms/${genericName('name')}/key/?`,
    fields: { name: kmsNameField },
    display: { operationPrefix: OPERATION_PREFIX, operationVerb: 'list', operationSuffix: 'keys-in-kms-provider' },
    operations: {
      list: {
        handler: async ({ data, storage, signal }) =>
          listResponse(await mount.distributions.list(storage, `${data.get('name')}/`, signal)),
      },
    },
    help: { synopsis, description: synopsis },
  });
}

/** `LIST key/:name/kms/`: none or one, as a key can be in one KMS only. */
export function listKmsOfKeyPath(mount: Mount): PathDefinition {
  const synopsis = 'List the KMS providers that a named key exists in.';
  return definePath({
    pattern: `key/${genericName('name')}/kms/?`,
    fields: { name: keyNameField },
    display: { operationPrefix: OPERATION_PREFIX, operationVerb: 'list', operationSuffix: 'kms-providers-for-key' },
    operations: {
      list: {
        handler: async (context) => {
          const { data, storage, signal } = context;
          const name = data.get('name');
          const key = await mount.keys.get(storage, name, signal);
          const place = key && (await currentDistribution(mount, context, name, key));
          return listResponse(place ? [place.ref.kms] : []);
        },
      },
    },
    help: { synopsis, description: synopsis },
  });
}
