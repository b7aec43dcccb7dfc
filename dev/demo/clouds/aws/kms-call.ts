import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  ListAliasesCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import type { KmsAnswer } from './kms-answer.ts';

/** A request of `@aws-sdk/client-kms`: as text for the reader, and as a command to send. */
export interface KmsCall {
  readonly source: string;
  readonly send: (client: KMSClient) => Promise<KmsAnswer>;
}

export function encrypt(keyId: string, plaintext: string): KmsCall {
  return {
    source: `new EncryptCommand({ KeyId: '${keyId}', Plaintext: Buffer.from('${plaintext}') })`,
    send: (client) => client.send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from(plaintext) })),
  };
}

export function decrypt(keyId: string, ciphertext: Uint8Array): KmsCall {
  const blob = Buffer.from(ciphertext).toString('base64');
  return {
    source: `new DecryptCommand({ KeyId: '${keyId}', CiphertextBlob: Buffer.from('${blob}', 'base64') })`,
    send: (client) => client.send(new DecryptCommand({ KeyId: keyId, CiphertextBlob: ciphertext })),
  };
}

export function describeKey(keyId: string): KmsCall {
  return {
    source: `new DescribeKeyCommand({ KeyId: '${keyId}' })`,
    send: (client) => client.send(new DescribeKeyCommand({ KeyId: keyId })),
  };
}

export function listAliases(): KmsCall {
  return {
    source: 'new ListAliasesCommand({})',
    send: (client) => client.send(new ListAliasesCommand({})),
  };
}

/** Formats an SDK output: bytes as base64, without the SDK's metadata. */
export function answerText(answer: KmsAnswer): string {
  const shown = Object.entries(answer).filter(([name]) => name !== '$metadata');
  return JSON.stringify(
    Object.fromEntries(shown),
    (_name, value: unknown) => {
      if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
      return value;
    },
    2,
  );
}
