import { deepStrictEqual } from 'node:assert/strict';
import type { DemoCloud } from '../cloud.ts';
import { expectJson, expectSuccess, expectTime, jsonOf } from '../expect.ts';
import { cli, type Step } from '../step.ts';
import { KEY } from '../story.ts';

/** Makes a key in the server and tells the engine of an account in the cloud. */
export const create = (cloud: DemoCloud): readonly Step[] => [
  cli({
    title: 'Create a key',
    command: () => ['write', `keymgmt/key/${KEY}`, `type=${cloud.keyType}`],
    check: expectSuccess,
  }),
  cli({
    title: 'Read the key: one version, no material',
    command: () => ['read', '-format=json', '-field=data', `keymgmt/key/${KEY}`],
    check(answer) {
      const { versions, ...key } = jsonOf(answer) as { versions: Record<string, Record<string, unknown>> };
      deepStrictEqual(key, {
        name: KEY,
        type: cloud.keyType,
        deletion_allowed: false,
        latest_version: 1,
        min_enabled_version: 1,
      });
      deepStrictEqual(Object.keys(versions), ['1']);
      const shown = cloud.keyType.startsWith('aes') ? ['creation_time'] : ['creation_time', 'public_key'];
      deepStrictEqual(Object.keys(versions['1'] ?? {}), shown);
      expectTime(versions['1']?.['creation_time']);
    },
  }),
  cli({
    title: `Write the provider of ${cloud.service}`,
    command: () => ['write', `keymgmt/kms/${cloud.kms}`, ...cloud.writeArguments],
    check: expectSuccess,
  }),
  cli({
    title: 'Read the provider: no credentials',
    command: () => ['read', '-format=json', '-field=data', `keymgmt/kms/${cloud.kms}`],
    check(answer) {
      expectJson(answer, { provider: cloud.provider, key_collection: cloud.keyCollection });
    },
  }),
];
