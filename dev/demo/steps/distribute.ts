import { strictEqual } from 'node:assert/strict';
import { expectJson, expectKeyState, expectSuccess } from '../expect.ts';
import { describeKey } from '../kms-call.ts';
import { cli, kms, type Step } from '../step.ts';
import { aliasOf, kmsKeyOf, KEY, KMS } from '../story.ts';
import { readDistribution } from './read-distribution.ts';

/** Copies the key to AWS KMS and looks at it from every side. */
export const DISTRIBUTE: readonly Step[] = [
  cli({
    title: 'Distribute the key to AWS KMS',
    command: () => ['write', `keymgmt/kms/${KMS}/key/${KEY}`, 'purpose=encrypt,decrypt', 'protection=hsm'],
    check: expectSuccess,
  }),
  readDistribution('Read the distribution: one KMS key', 1),
  list('List the keys', 'keymgmt/key', KEY),
  list('List the providers', 'keymgmt/kms', KMS),
  list('List the keys of the provider', `keymgmt/kms/${KMS}/key`, KEY),
  list('List the providers of the key', `keymgmt/key/${KEY}/kms`, KMS),
  kms({
    title: 'In AWS, the alias points to an enabled KMS key with imported material',
    call: (story) => describeKey(aliasOf(story)),
    check(answer, story) {
      strictEqual(answer.KeyMetadata?.KeyId, kmsKeyOf(story, 1));
      strictEqual(answer.KeyMetadata.Origin, 'EXTERNAL');
      expectKeyState(answer, 'Enabled');
    },
  }),
];

function list(title: string, path: string, only: string): Step {
  return cli({
    title,
    command: () => ['list', '-format=json', path],
    check(answer) {
      expectJson(answer, [only]);
    },
  });
}
