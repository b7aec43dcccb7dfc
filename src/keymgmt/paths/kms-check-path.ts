import { definePath, genericName, type PathDefinition } from '../../framework/index.ts';
import { userError } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX, kmsNameField } from './fields.ts';

/** `POST kms/:name/check`: what the credentials are and what they allow. */
export function kmsCheckPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `kms/${genericName('name')}/check`,
    fields: { name: kmsNameField },
    display: { operationPrefix: OPERATION_PREFIX, operationVerb: 'check', operationSuffix: 'kms-provider' },
    operations: {
      update: {
        handler: async ({ data, storage, signal }) => {
          const name = data.get('name');
          const kms = await mount.kms.get(storage, name, signal);
          if (!kms) throw userError(`KMS "${name}" not found: write it to kms/${name} first`);
          const check = await mount.clients.use(name, kms, (client) => client.probePermissions(signal));
          const required = check.permissions.filter((each) => each.required);
          const missing = check.permissions.filter(({ granted }) => granted === 'no');
          return {
            data: {
              ok: check.problem === undefined && required.every(({ granted }) => granted === 'yes'),
              credentials: check.credentials,
              problem: check.problem ?? '',
              ...(check.proxy === undefined ? {} : { proxy: check.proxy }),
              missing_permissions: missing.filter(({ required }) => required).map(({ permission }) => permission),
              missing_optional_permissions: missing
                .filter(({ required }) => !required)
                .map(({ permission }) => permission),
              permissions: check.permissions.map(({ permission, required, granted, why }) => ({
                permission,
                required,
                granted,
                ...(why === undefined ? {} : { why }),
              })),
            },
          };
        },
      },
    },
    help: {
      synopsis: 'Try out what the credentials of the KMS provider allow.',
      description:
        'Says which credentials are in use and which permissions they lack, without making or changing anything. The ' +
        'optional permissions are needed to see and repair drift and to find what an interrupted creation left behind.',
    },
  });
}
