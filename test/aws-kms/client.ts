import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  KMSClient,
  type AlgorithmSpec,
  type CreateKeyCommandInput,
  type ImportKeyMaterialCommandInput,
  type ImportKeyMaterialCommandOutput,
  type WrappingKeySpec,
} from '@aws-sdk/client-kms';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const REGION = 'us-west-2';

export const ALICE: Credentials = { accessKeyId: 'AKIAALICE00000000000', secretAccessKey: 'a-secret-of-the-tests' };

/** One attempt a call: a test wants to see every answer. */
export function kmsClient(endpoint: string, credentials: Credentials = ALICE, region = REGION): KMSClient {
  return new KMSClient({ endpoint, credentials, region, maxAttempts: 1 });
}

/** Creates a key of Origin EXTERNAL and returns its id. */
export async function newKey(client: KMSClient, input: Partial<CreateKeyCommandInput> = {}): Promise<string> {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ Origin: 'EXTERNAL', ...input }));
  return given(KeyMetadata?.KeyId);
}

export interface Parameters {
  readonly token: Uint8Array;
  readonly publicKey: Uint8Array;
}

export async function importParameters(
  client: KMSClient,
  keyId: string,
  algorithm: AlgorithmSpec = 'RSAES_OAEP_SHA_256',
  spec: WrappingKeySpec = 'RSA_2048',
): Promise<Parameters> {
  const { ImportToken, PublicKey } = await client.send(
    new GetParametersForImportCommand({ KeyId: keyId, WrappingAlgorithm: algorithm, WrappingKeySpec: spec }),
  );
  return { token: given(ImportToken), publicKey: given(PublicKey) };
}

/** Imports as AWS's walk-through does: with the openssl command. Never expires unless `input` says so. */
export async function importMaterial(
  client: KMSClient,
  keyId: string,
  material: Uint8Array,
  input: Partial<ImportKeyMaterialCommandInput> = {},
  algorithm: AlgorithmSpec = 'RSAES_OAEP_SHA_256',
): Promise<ImportKeyMaterialCommandOutput> {
  const { token, publicKey } = await importParameters(client, keyId, algorithm);
  return client.send(
    new ImportKeyMaterialCommand({
      KeyId: keyId,
      ImportToken: token,
      EncryptedKeyMaterial: algorithm.startsWith('RSA_AES')
        ? wrapHybrid(publicKey, material)
        : wrapOaep(publicKey, material, algorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256'),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      ...input,
    }),
  );
}

/** `openssl pkeyutl -encrypt` with RSAES-OAEP. */
export function wrapOaep(publicKey: Uint8Array, material: Uint8Array, hash = 'sha256'): Buffer {
  return withFiles({ 'public.der': publicKey, material }, (folder) =>
    openssl(folder, [
      ...['pkeyutl', '-encrypt', '-in', 'material', '-inkey', 'public.der', '-keyform', 'DER', '-pubin'],
      ...['-pkeyopt', 'rsa_padding_mode:oaep', '-pkeyopt', `rsa_oaep_md:${hash}`, '-pkeyopt', `rsa_mgf1_md:${hash}`],
    ]),
  );
}

/** RSA_AES_KEY_WRAP_SHA_256: an AES key in OAEP, then the material in AES-KWP under it. */
function wrapHybrid(publicKey: Uint8Array, material: Uint8Array): Buffer {
  const wrappingKey = Buffer.from('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'hex');
  const wrapped = withFiles({ material }, (folder) =>
    openssl(folder, [
      ...['enc', '-id-aes256-wrap-pad', '-in', 'material'],
      ...['-K', wrappingKey.toString('hex'), '-iv', 'A65959A6'],
    ]),
  );
  return Buffer.concat([wrapOaep(publicKey, wrappingKey), wrapped]);
}

function openssl(folder: string, args: readonly string[]): Buffer {
  return execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

function withFiles<T>(files: Readonly<Record<string, Uint8Array>>, run: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'kms-test-'));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes, { mode: 0o600 });
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A field that the SDK types as optional and AWS always sends. */
export function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer lacks a field');
  return value;
}
