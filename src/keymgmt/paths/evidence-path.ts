import { definePath, fields, genericName, type PathDefinition } from '../../framework/index.ts';
import { userError } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';
import { distributionEvidence } from '../operations/evidence.ts';
import { OPERATION_PREFIX, keyNameField, kmsNameField, pageLimit, permissions } from './fields.ts';

/** `GET kms/:name/key/:key_name/evidence`: the one path that tells the check value of a symmetric key. */
export function evidencePath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `kms/${genericName('name')}/key/${genericName('key_name')}/evidence`,
    fields: {
      name: kmsNameField,
      key_name: keyNameField,
      limit: fields.int({ description: 'How many versions to look at at most, 1 to 1000.', default: 100, query: true }),
      after: fields.int({
        description: 'Look at the versions after this one: "next" of the page before.',
        query: true,
      }),
    },
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'key-evidence-in-kms-provider' },
    operations: {
      read: {
        handler: async (context) => {
          const { data } = context;
          const [after, limit] = [data.get('after'), pageLimit(data.get('limit'))];
          if (after < 0) throw userError('after must not be negative: it is the number of a version');
          const ref = { kms: data.get('name'), key: data.get('key_name') };
          const evidence = await distributionEvidence(mount, context, ref, { after, limit });
          return evidence && { data: evidence };
        },
      },
    },
    help: {
      synopsis: 'Show what proves that the KMS provider holds a key, version by version.',
      description:
        'For each version: the fingerprint of its material (aes-cmac: the key check value of a symmetric key, the leftmost ' +
        'ten hex digits of AES-CMAC over a block of zeros; sha256-spki: SHA-256 of the public key in DER), what was ' +
        "recorded as it went to the KMS provider, with the KMS provider's ids of the requests, and what the KMS provider " +
        `says of it now${permissions(mount.drivers, 'observing')}. Where it cannot be asked, not_proved says why. ` +
        'Changes nothing.',
    },
  });
}
