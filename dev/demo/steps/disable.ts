import { deepStrictEqual } from 'node:assert/strict';
import { expectKeyState, expectSuccess, jsonOf } from '../expect.ts';
import { describeKey } from '../kms-call.ts';
import { cli, kms, type KmsStep, type Step } from '../step.ts';
import { kmsKeyOf, KEY } from '../story.ts';
import { decryptOld } from './rotate.ts';

/** Old versions are switched off, and on again. */
export const DISABLE: readonly Step[] = [
  setMinimum('Allow version 2 and later only', 2),
  kmsKeyIs('In AWS, the KMS key of version 1 is disabled', 1, 'Disabled'),
  kmsKeyIs('In AWS, the KMS key of version 2 is not', 2, 'Enabled'),
  cli({
    title: 'Read the key: version 1 is hidden',
    command: () => ['read', '-format=json', '-field=versions', `keymgmt/key/${KEY}`],
    check(answer) {
      deepStrictEqual(Object.keys(jsonOf(answer) as object), ['2']);
    },
  }),
  setMinimum('Allow version 1 again', 1),
  kmsKeyIs('In AWS, the KMS key of version 1 is enabled again', 1, 'Enabled'),
  decryptOld('In AWS, it decrypts again'),
];

function setMinimum(title: string, version: number): Step {
  return cli({
    title,
    command: () => ['write', `keymgmt/key/${KEY}`, `min_enabled_version=${version}`],
    check: expectSuccess,
  });
}

/** Looks at the state of a version's KMS key. */
export function kmsKeyIs(title: string, version: number, state: string): KmsStep {
  return kms({
    title,
    call: (story) => describeKey(kmsKeyOf(story, version)),
    check(answer) {
      expectKeyState(answer, state);
    },
  });
}
