import { definePath, type PathDefinition } from '../../framework/index.ts';
import type { JsonObject } from '../../logical/index.ts';
import { KEY_TYPES, type KeyType } from '../../crypto/key-type.ts';
import type { KmsDriver } from '../../providers/port.ts';
import { PROTECTIONS, PURPOSES } from '../../providers/spec.ts';
import { UNKNOWN_BUILD } from '../build-info.ts';
import type { Mount } from '../mount.ts';
import { SCHEMAS } from '../records/schemas.ts';
import { OPERATION_PREFIX } from './fields.ts';

/** `GET info`: which plugin this is, and what it can do. */
export function infoPath(mount: Mount): PathDefinition {
  const { build = UNKNOWN_BUILD, drivers } = mount;
  return definePath({
    pattern: 'info',
    fields: {},
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'info' },
    operations: {
      read: {
        handler: async () => ({
          data: {
            version: build.version,
            commit: build.commit,
            runtime: {
              executable: build.executable,
              node: process.versions.node,
              openssl: process.versions.openssl,
              platform: process.platform,
              arch: process.arch,
            },
            providers: Object.fromEntries(Object.values(drivers).map((driver) => [driver.kind, describe(driver)])),
            schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([record, numbers]) => [record, [...numbers]])),
          },
        }),
      },
    },
    help: {
      synopsis: 'Version, runtime and providers of the plugin.',
      description:
        'Says which version and commit of the plugin answers, what it runs on, which key types each kind of KMS provider ' +
        'takes, and which schemas of stored records it reads.',
    },
  });
}

function describe(driver: KmsDriver): JsonObject {
  const keyTypes = KEY_TYPES.filter((type) => isTaken(driver, type));
  return {
    title: driver.help.title,
    distribution: keyTypes.length > 0 ? 'supported' : 'not yet supported',
    key_types: keyTypes,
    credentials: [...driver.credentialNames],
  };
}

/** Every set of purposes that there is but the empty one. */
const PURPOSE_SETS = Array.from({ length: 2 ** PURPOSES.length - 1 }, (_, set) =>
  PURPOSES.filter((_purpose, index) => ((set + 1) & (1 << index)) !== 0),
);

/** Whether a driver takes keys of a type, for any purpose. It says so itself, so that nothing has to agree with it. */
function isTaken(driver: KmsDriver, keyType: KeyType): boolean {
  return PURPOSE_SETS.some((purposes) =>
    PROTECTIONS.some(
      (protection) => driver.checkDistribution({ keyName: 'key', keyType, purposes, protection }) === undefined,
    ),
  );
}
