/**
 * Encrypts and decrypts with the key `app` in AWS KMS, as an application does: `encrypt.ts encrypt <plain >cipher`, and
 * `encrypt.ts decrypt <cipher >plain`.
 *
 * From the environment: VAULT_ADDR and VAULT_TOKEN (policy application.hcl), AWS_REGION, and AWS credentials of the
 * application (policy iam/application.json).
 */
import { buffer } from 'node:stream/consumers';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';

const { VAULT_ADDR = '', VAULT_TOKEN = '' } = process.env;

/** The alias of the latest version: unchanged by rotations, another one after the key was removed and distributed again. */
async function currentAlias(): Promise<string> {
  const response = await fetch(`${VAULT_ADDR}/v1/keymgmt/kms/aws/key/app`, {
    headers: { 'X-Vault-Token': VAULT_TOKEN },
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { data } = (await response.json()) as { data: { name: string } };
  return `alias/hashicorp/${data.name}`;
}

const kms = new KMSClient({});
const input = await buffer(process.stdin);
if (process.argv[2] === 'decrypt') {
  // Without a key id: the ciphertext names the KMS key of the version that made it.
  const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob: input }));
  process.stdout.write(Plaintext ?? '');
} else {
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: await currentAlias(), Plaintext: input }));
  process.stdout.write(CiphertextBlob ?? '');
}
