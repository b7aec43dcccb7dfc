import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { badParameter } from './errors.ts';
import { optionalBytes, readBytes, readText, type Json } from './input.ts';
import type { Operation, OperationCall, Operations } from './operation.ts';
import { useKey } from './use-key.ts';

/** Members of a KeyOperationResult beside `kid`. */
interface Result {
  readonly value: Buffer;
  readonly iv?: Buffer;
  readonly tag?: Buffer;
  readonly aad?: Buffer;
}

type Algorithm = (material: KeyObject, body: Json) => Result;

export const encryptionOperations: Operations = {
  KeyEncrypt: operation('encrypt', encryptionAlgorithm),
  KeyDecrypt: operation('decrypt', decryptionAlgorithm),
  KeyWrap: operation('wrapKey', encryptionAlgorithm),
  KeyUnwrap: operation('unwrapKey', decryptionAlgorithm),
};

function operation(
  keyOperation: 'encrypt' | 'decrypt' | 'wrapKey' | 'unwrapKey',
  algorithmOf: (name: string, call: OperationCall) => Algorithm | undefined,
): Operation {
  return {
    permission: keyOperation,
    run(call) {
      const { kid, version } = useKey(call, keyOperation);
      const name = readText(call.body, 'alg');
      const algorithm = fits(name, version.material, keyOperation) ? algorithmOf(name, call) : undefined;
      if (algorithm === undefined) throw badParameter(`The algorithm '${name}' is not supported by key ${kid}.`);
      const { value, ...rest } = algorithm(version.material, call.body);
      const members = Object.entries({ value, ...rest }).map(([member, bytes]) => [
        member,
        bytes.toString('base64url'),
      ]);
      return { kid, ...Object.fromEntries(members) } as Readonly<Record<string, unknown>>;
    },
  };
}

/** RSA algorithms for RSA keys; those of AES by the size of the key, key wrapping for wrapKey and unwrapKey. */
function fits(name: string, material: KeyObject, keyOperation: string): boolean {
  if (material.type !== 'secret') return material.asymmetricKeyType === 'rsa' && Object.hasOwn(OAEP_HASHES, name);
  const wraps = keyOperation === 'wrapKey' || keyOperation === 'unwrapKey';
  return name.startsWith(`A${(material.symmetricKeySize ?? 0) * 8}`) && name.endsWith('KW') === wraps;
}

/** RSA1_5 is left out: Node before 22 refuses to decrypt it. */
const OAEP_HASHES: Readonly<Record<string, string>> = { 'RSA-OAEP': 'sha1', 'RSA-OAEP-256': 'sha256' };

function encryptionAlgorithm(name: string): Algorithm | undefined {
  const oaepHash = OAEP_HASHES[name];
  if (oaepHash !== undefined) {
    return (material, body) => ({
      value: attempt(() => publicEncrypt(oaep(createPublicKey(material), oaepHash), readBytes(body, 'value'))),
    });
  }
  const cipher = aesCipher(name);
  if (cipher === undefined) return undefined;
  return (material, body) => {
    const plaintext = readBytes(body, 'value');
    if (cipher.mode === 'wrap')
      return { value: attempt(() => run(createCipheriv(cipher.name, material, KW_IV), plaintext)) };
    if (cipher.mode === 'cbc') {
      const iv = readBytes(body, 'iv');
      return {
        value: attempt(() => run(createCipheriv(cipher.name, material, iv).setAutoPadding(cipher.padding), plaintext)),
        iv,
      };
    }
    const iv = optionalBytes(body, 'iv') ?? randomBytes(12);
    const aad = optionalBytes(body, 'aad');
    const gcm = createCipheriv(cipher.name as 'aes-256-gcm', material, iv);
    if (aad) gcm.setAAD(aad);
    const value = run(gcm, plaintext);
    return { value, iv, tag: gcm.getAuthTag(), ...(aad && { aad }) };
  };
}

function decryptionAlgorithm(name: string): Algorithm | undefined {
  const oaepHash = OAEP_HASHES[name];
  if (oaepHash !== undefined) {
    return (material, body) => ({
      value: attempt(() => privateDecrypt(oaep(material, oaepHash), readBytes(body, 'value'))),
    });
  }
  const cipher = aesCipher(name);
  if (cipher === undefined) return undefined;
  return (material, body) => {
    const ciphertext = readBytes(body, 'value');
    if (cipher.mode === 'wrap')
      return { value: attempt(() => run(createDecipheriv(cipher.name, material, KW_IV), ciphertext)) };
    const iv = readBytes(body, 'iv');
    if (cipher.mode === 'cbc') {
      return {
        value: attempt(() =>
          run(createDecipheriv(cipher.name, material, iv).setAutoPadding(cipher.padding), ciphertext),
        ),
      };
    }
    const tag = readBytes(body, 'tag');
    const aad = optionalBytes(body, 'aad');
    return {
      value: attempt(() => {
        const gcm = createDecipheriv(cipher.name as 'aes-256-gcm', material, iv).setAuthTag(tag);
        if (aad) gcm.setAAD(aad);
        return run(gcm, ciphertext);
      }),
    };
  };
}

/** The initial value of AES Key Wrap (RFC 3394 §2.2.3.1). */
const KW_IV = Buffer.alloc(8, 0xa6);

interface AesCipher {
  /** In OpenSSL. */
  readonly name: string;
  readonly mode: 'gcm' | 'cbc' | 'wrap';
  readonly padding: boolean;
}

function aesCipher(name: string): AesCipher | undefined {
  const [, bits, mode] = /^A(128|192|256)(GCM|CBC|CBCPAD|KW)$/.exec(name) ?? [];
  if (bits === undefined) return undefined;
  if (mode === 'KW') return { name: `id-aes${bits}-wrap`, mode: 'wrap', padding: false };
  if (mode === 'GCM') return { name: `aes-${bits}-gcm`, mode: 'gcm', padding: false };
  return { name: `aes-${bits}-cbc`, mode: 'cbc', padding: mode === 'CBCPAD' };
}

interface Transform {
  update(bytes: Buffer): Buffer;
  final(): Buffer;
}

const run = (cipher: Transform, bytes: Buffer): Buffer => Buffer.concat([cipher.update(bytes), cipher.final()]);

function attempt(work: () => Buffer): Buffer {
  try {
    return work();
  } catch (error) {
    // The service does not say what is wrong with a value.
    throw error instanceof Error && error.name === 'BadParameter' ? error : badParameter('The parameter is incorrect.');
  }
}

function oaep(key: KeyObject, oaepHash: string): { key: KeyObject; padding: number; oaepHash: string } {
  return { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
}
