import { deepStrictEqual } from 'node:assert/strict';
import { expectNothing, expectRefusal, expectSuccess } from '../expect.ts';
import { listAliases } from '../kms-call.ts';
import { cli, kms, type Step } from '../step.ts';
import { aliasOf, KEY, KMS } from '../story.ts';
import { kmsKeyIs } from './disable.ts';

/** The end of a key: first in the cloud, then in the server. */
export const REMOVE: readonly Step[] = [
  cli({
    title: 'Remove the key from AWS KMS',
    command: () => ['delete', `keymgmt/kms/${KMS}/key/${KEY}`],
    check: expectSuccess,
  }),
  kmsKeyIs('In AWS, the KMS key of version 1 is pending deletion', 1, 'PendingDeletion'),
  kmsKeyIs('In AWS, the KMS key of version 2 is pending deletion', 2, 'PendingDeletion'),
  kms({
    title: 'In AWS, the alias is gone',
    call: () => listAliases(),
    check(answer, story) {
      const left = (answer.Aliases ?? []).filter(({ AliasName }) => AliasName === aliasOf(story));
      deepStrictEqual(left, []);
    },
  }),
  cli({
    title: 'The key is in no provider any more',
    command: () => ['list', `keymgmt/key/${KEY}/kms`],
    check: expectNothing,
  }),
  cli({
    title: 'The key cannot be deleted yet',
    command: () => ['delete', `keymgmt/key/${KEY}`],
    check(answer) {
      expectRefusal(answer, /deletion_allowed/);
    },
  }),
  cli({
    title: 'Allow its deletion',
    command: () => ['write', `keymgmt/key/${KEY}`, 'deletion_allowed=true'],
    check: expectSuccess,
  }),
  cli({
    title: 'Delete the key',
    command: () => ['delete', `keymgmt/key/${KEY}`],
    check: expectSuccess,
  }),
  cli({
    title: 'The key is gone',
    command: () => ['read', `keymgmt/key/${KEY}`],
    check: expectNothing,
  }),
];
