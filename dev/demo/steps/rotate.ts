import { ok, strictEqual } from 'node:assert/strict';
import { expectAnswerOf, expectSuccess } from '../expect.ts';
import { decrypt, encrypt } from '../kms-call.ts';
import { cli, kms, type KmsStep, type Step } from '../step.ts';
import { aliasOf, kmsKeyOf, KEY, PLAINTEXT, type Story } from '../story.ts';
import { readDistribution } from './read-distribution.ts';

/** An application encrypts through the alias; the key is rotated under it, and nothing that it has is lost. */
export const ROTATE: readonly Step[] = [
  kms({
    title: 'In AWS, encrypt through the alias: version 1 answers',
    call: (story) => encrypt(aliasOf(story), PLAINTEXT),
    check(answer, story) {
      expectAnswerOf(answer, kmsKeyOf(story, 1));
      ok(answer.CiphertextBlob, 'a ciphertext');
      story.ciphertext = answer.CiphertextBlob;
    },
  }),
  cli({
    title: 'Rotate the key',
    command: () => ['write', '-f', `keymgmt/key/${KEY}/rotate`],
    check: expectSuccess,
  }),
  readDistribution('Read the distribution: two KMS keys, the same name', 2),
  kms({
    title: 'In AWS, the alias has moved: version 2 encrypts',
    call: (story) => encrypt(aliasOf(story), PLAINTEXT),
    check(answer, story) {
      expectAnswerOf(answer, kmsKeyOf(story, 2));
    },
  }),
  decryptOld('In AWS, the old ciphertext still decrypts with its own KMS key'),
];

/** Decrypts what version 1 encrypted, with version 1. */
export function decryptOld(title: string): KmsStep {
  return kms({
    title,
    call: (story) => decrypt(kmsKeyOf(story, 1), oldCiphertext(story)),
    check(answer, story) {
      expectAnswerOf(answer, kmsKeyOf(story, 1));
      strictEqual(Buffer.from(answer.Plaintext ?? []).toString(), PLAINTEXT);
    },
  });
}

function oldCiphertext({ ciphertext }: Story): Uint8Array {
  if (ciphertext === undefined) throw new Error('nothing has been encrypted yet');
  return ciphertext;
}
