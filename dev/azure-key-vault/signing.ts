import {
  constants,
  createHmac,
  createPublicKey,
  privateEncrypt,
  publicDecrypt,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { signEcdsa, verifyEcdsa } from './ecdsa.ts';
import { badParameter } from './errors.ts';
import { readBytes, readText, type Json } from './input.ts';
import type { OperationCall, Operations } from './operation.ts';
import { signPss, verifyPss } from './pss.ts';
import type { KeyVersion } from './state.ts';
import { useKey } from './use-key.ts';

interface Signer {
  sign(digest: Buffer): Buffer;
  verify(digest: Buffer, signature: Buffer): boolean;
}

/** Sign and verify take digests: the service does not hash (Microsoft: about keys, "Key operations"). */
export const signingOperations: Operations = {
  KeySign: {
    permission: 'sign',
    run(call) {
      const { kid, version } = useKey(call, 'sign');
      const { signer, digest } = prepare(call, kid, version, 'value');
      return { kid, value: signer.sign(digest).toString('base64url') };
    },
  },

  KeyVerify: {
    permission: 'verify',
    run(call) {
      const { kid, version } = useKey(call, 'verify');
      const { signer, digest } = prepare(call, kid, version, 'digest');
      return { value: signer.verify(digest, readBytes(call.body, 'value')) };
    },
  },
};

function prepare(
  call: OperationCall,
  kid: string,
  { material, kty }: KeyVersion,
  member: 'value' | 'digest',
): { readonly signer: Signer; readonly digest: Buffer } {
  const name = readText(call.body, 'alg');
  const [, family = '', bits = ''] = /^([A-Z]S)(256|384|512)$/.exec(name.replace(/K$/, '')) ?? [];
  const signer = signerOf(name, family, `sha${bits}`, material);
  if (signer === undefined) throw badParameter(`The algorithm '${name}' is not supported by key ${kid} (${kty}).`);
  return { signer, digest: readDigest(call.body, member, name, Number(bits) / 8) };
}

/** An HMAC is of any bytes, all others of a digest of their hash. */
function readDigest(body: Json, member: string, algorithm: string, length: number): Buffer {
  const digest = readBytes(body, member);
  if (!algorithm.startsWith('HS') && digest.length !== length) {
    throw badParameter(
      `Invalid length of '${member}': ${digest.length} bytes. Algorithm ${algorithm} requires ${length}.`,
    );
  }
  return digest;
}

function signerOf(name: string, family: string, hash: string, material: KeyObject): Signer | undefined {
  if (material.type === 'secret') return family === 'HS' ? hmac(material, hash) : undefined;
  if (material.asymmetricKeyType === 'ec') return ecdsa(name, material);
  if (family === 'PS') {
    return {
      sign: (digest) => signPss(material, hash, digest),
      verify: (digest, signature) => verifyPss(createPublicKey(material), hash, digest, signature),
    };
  }
  return family === 'RS' ? pkcs1(material, hash) : undefined;
}

function hmac(material: KeyObject, hash: string): Signer {
  const sign = (bytes: Buffer): Buffer => createHmac(hash, material).update(bytes).digest();
  return {
    sign,
    verify(bytes, signature) {
      const wanted = sign(bytes);
      return signature.length === wanted.length && timingSafeEqual(signature, wanted);
    },
  };
}

const ECDSA_CURVES: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
  ES256K: 'secp256k1',
};

function ecdsa(name: string, material: KeyObject): Signer | undefined {
  const curve = ECDSA_CURVES[name];
  if (curve === undefined || material.asymmetricKeyDetails?.namedCurve !== curve) return undefined;
  return {
    sign: (digest) => signEcdsa(material, digest),
    verify: (digest, signature) => verifyEcdsa(material, digest, signature),
  };
}

/** DigestInfo of RFC 8017 §9.2 without the digest. */
const DIGEST_INFO: Readonly<Record<string, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

function pkcs1(material: KeyObject, hash: string): Signer {
  const padding = constants.RSA_PKCS1_PADDING;
  const encode = (digest: Buffer): Buffer => Buffer.concat([DIGEST_INFO[hash] ?? Buffer.alloc(0), digest]);
  return {
    sign: (digest) => privateEncrypt({ key: material, padding }, encode(digest)),
    verify(digest, signature) {
      try {
        return publicDecrypt({ key: createPublicKey(material), padding }, signature).equals(encode(digest));
      } catch {
        return false;
      }
    },
  };
}
