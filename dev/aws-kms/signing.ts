import { constants, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Context, Operations } from './context.ts';
import { presentMaterial, requireUsable } from './encryption.ts';
import { invalidUsage, KmsError, unsupported } from './errors.ts';
import { readInput, type Body } from './input.ts';
import { encryptionAlgorithms, SIGNING_ALGORITHMS, specFacts, type SigningAlgorithm } from './key-specs.ts';
import { currentMaterial, requireState } from './key-state.ts';
import { findKey } from './look-up.ts';
import { privateKeyOf } from './material.ts';
import type { Key } from './state.ts';

export const signingOperations: Operations = {
  GetPublicKey(context, body) {
    const key = findKey(context, body, 'keysAndAliases');
    const { kind } = specFacts(key.spec).material;
    if (kind === 'aes' || kind === 'hmac') {
      throw unsupported(`${key.arn} key spec is ${key.spec} which is not valid for GetPublicKey.`);
    }
    requireState(key, 'Enabled');
    const publicKey = createPublicKey(privateKey(key)).export({ format: 'der', type: 'spki' });
    return {
      KeyId: key.arn,
      PublicKey: publicKey.toString('base64'),
      KeySpec: key.spec,
      CustomerMasterKeySpec: key.spec,
      KeyUsage: key.usage,
      ...(key.usage === 'ENCRYPT_DECRYPT' ? { EncryptionAlgorithms: encryptionAlgorithms(key.spec) } : {}),
      ...(key.usage === 'SIGN_VERIFY' ? { SigningAlgorithms: specFacts(key.spec).signing } : {}),
      ...(key.usage === 'KEY_AGREEMENT' ? { KeyAgreementAlgorithms: ['ECDH'] } : {}),
    };
  },

  Sign(context, body) {
    const { key, algorithm, message } = readSigning(context, body, 'Sign');
    if (message.digest) throw unsupported('MessageType DIGEST is not supported here');
    const signature = sign(hashOf(algorithm), message.bytes, options(privateKey(key), algorithm));
    return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: algorithm };
  },

  Verify(context, body) {
    const signature = readInput(body, (fields) => fields.blob('Signature', { min: 1, max: 6144 }));
    const { key, algorithm, message } = readSigning(context, body, 'Verify');
    if (message.digest) throw unsupported('MessageType DIGEST is not supported here');
    const publicKey = createPublicKey(privateKey(key));
    if (!verify(hashOf(algorithm), message.bytes, options(publicKey, algorithm), signature)) {
      throw new KmsError('KMSInvalidSignatureException', '');
    }
    return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: algorithm };
  },
};

function privateKey(key: Key): KeyObject {
  return privateKeyOf(presentMaterial(key, currentMaterial(key)).bytes);
}

interface Signing {
  readonly key: Key;
  readonly algorithm: SigningAlgorithm;
  readonly message: { readonly bytes: Buffer; readonly digest: boolean };
}

function readSigning(context: Context, body: Body, action: string): Signing {
  const input = readInput(body, (fields) => ({
    bytes: fields.blob('Message', { min: 1, max: 4096 }),
    type: fields.optionalChoice('MessageType', ['RAW', 'DIGEST', 'EXTERNAL_MU']) ?? 'RAW',
    algorithm: fields.choice('SigningAlgorithm', SIGNING_ALGORITHMS),
  }));
  const key = requireUsable(findKey(context, body, 'keysAndAliases'), 'SIGN_VERIFY', action);
  if (!specFacts(key.spec).signing.includes(input.algorithm)) {
    throw invalidUsage(`Algorithm ${input.algorithm} and key spec ${key.spec} are incompatible.`);
  }
  return { key, algorithm: input.algorithm, message: { bytes: input.bytes, digest: input.type !== 'RAW' } };
}

function hashOf(algorithm: SigningAlgorithm): string {
  return `sha${algorithm.slice(-3)}`;
}

/** KMS signs RSASSA-PSS with a salt as long as the hash, and ECDSA in DER (RFC 3279). */
function options(
  key: KeyObject,
  algorithm: SigningAlgorithm,
): { key: KeyObject; padding?: number; saltLength?: number } {
  if (algorithm.startsWith('ECDSA')) return { key };
  if (algorithm.startsWith('RSASSA_PKCS1')) return { key, padding: constants.RSA_PKCS1_PADDING };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}
