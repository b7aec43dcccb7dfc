import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { Scenes } from '../../cloud.ts';
import { cloud, type Step } from '../../step.ts';
import { cloudIdOf, distributionOf, PLAINTEXT, type Story } from '../../story.ts';
import type { KmsAnswer } from './kms-answer.ts';
import { answerText, decrypt, describeKey, encrypt, listAliases, type KmsCall } from './kms-call.ts';

const STATES = { enabled: 'Enabled', disabled: 'Disabled', removed: 'PendingDeletion' } as const;
const STATE_WORDS = { enabled: 'enabled', disabled: 'disabled', removed: 'pending deletion' } as const;

/** Requests of an application that has the AWS SDK. */
export function awsScenes(client: KMSClient): Scenes {
  const kms = (
    title: string,
    call: (story: Story) => KmsCall,
    check: (answer: KmsAnswer, story: Story) => void,
  ): Step =>
    cloud({
      title,
      call: (story) => {
        const { source, send } = call(story);
        return { source: `await kms.send(${source})`, send: () => send(client) };
      },
      show: answerText,
      check,
    });
  return {
    distributed: kms(
      'In AWS, the alias points to an enabled KMS key with imported material',
      (story) => describeKey(aliasOf(story)),
      (answer, story) => {
        strictEqual(answer.KeyMetadata?.KeyId, cloudIdOf(story, 1));
        strictEqual(answer.KeyMetadata.Origin, 'EXTERNAL');
        strictEqual(answer.KeyMetadata.KeyState, 'Enabled');
      },
    ),
    encryptsWith: (version) =>
      kms(
        version === 1
          ? 'In AWS, encrypt through the alias: version 1 answers'
          : `In AWS, the alias has moved: version ${version} encrypts`,
        (story) => encrypt(aliasOf(story), PLAINTEXT),
        (answer, story) => {
          expectAnswerOf(answer, cloudIdOf(story, version));
          ok(answer.CiphertextBlob, 'a ciphertext');
          story.ciphertext ??= answer.CiphertextBlob;
        },
      ),
    decryptsOld: (again) =>
      kms(
        again === 'still'
          ? 'In AWS, the old ciphertext still decrypts with its own KMS key'
          : 'In AWS, it decrypts again',
        (story) => decrypt(cloudIdOf(story, 1), story.ciphertext ?? new Uint8Array()),
        (answer, story) => {
          expectAnswerOf(answer, cloudIdOf(story, 1));
          strictEqual(Buffer.from(answer.Plaintext ?? []).toString(), PLAINTEXT);
        },
      ),
    stateIs: (version, state, again) =>
      kms(
        `In AWS, the KMS key of version ${version} is ${STATE_WORDS[state]}${again === undefined ? '' : ' again'}`,
        (story) => describeKey(cloudIdOf(story, version)),
        (answer) => {
          strictEqual(answer.KeyMetadata?.KeyState, STATES[state], 'state of the KMS key');
        },
      ),
    removed: kms(
      'In AWS, the alias is gone',
      () => listAliases(),
      (answer, story) => {
        const left = (answer.Aliases ?? []).filter(({ AliasName }) => AliasName === aliasOf(story));
        deepStrictEqual(left, []);
      },
    ),
  };
}

/** The alias that applications use. */
const aliasOf = (story: Story): string => `alias/hashicorp/${distributionOf(story).name}`;

/** The response must be of this KMS key, which AWS returns as an ARN. */
function expectAnswerOf(answer: KmsAnswer, keyId: string): void {
  strictEqual(answer.KeyId?.split('/').at(-1), keyId, 'the KMS key of the response');
}
