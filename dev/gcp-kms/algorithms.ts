import type { Algorithm, Purpose } from './enums.ts';

/** What material an algorithm needs, and how it uses it (Key purposes and algorithms, in Cloud KMS's documentation). */
export type AlgorithmFacts = {
  readonly purpose: Purpose;
} & (
  | { readonly kind: 'aes' }
  | { readonly kind: 'rsa'; readonly bits: number; readonly hash: Hash; readonly padding: 'pss' | 'pkcs1' | 'oaep' }
  | { readonly kind: 'ec'; readonly curve: 'prime256v1' | 'secp384r1'; readonly hash: Hash }
);

export type Hash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export function factsOf(algorithm: Algorithm): AlgorithmFacts {
  const [, rsa, padding, bits, hash] = /^RSA_(SIGN|DECRYPT)_(PSS|PKCS1|OAEP)_(\d+)_(SHA\d+)$/.exec(algorithm) ?? [];
  if (rsa !== undefined) {
    return {
      purpose: rsa === 'SIGN' ? 'ASYMMETRIC_SIGN' : 'ASYMMETRIC_DECRYPT',
      kind: 'rsa',
      bits: Number(bits),
      hash: hash?.toLowerCase() as Hash,
      padding: padding?.toLowerCase() as 'pss' | 'pkcs1' | 'oaep',
    };
  }
  switch (algorithm) {
    case 'EC_SIGN_P256_SHA256':
      return { purpose: 'ASYMMETRIC_SIGN', kind: 'ec', curve: 'prime256v1', hash: 'sha256' };
    case 'EC_SIGN_P384_SHA384':
      return { purpose: 'ASYMMETRIC_SIGN', kind: 'ec', curve: 'secp384r1', hash: 'sha384' };
    default:
      return { purpose: 'ENCRYPT_DECRYPT', kind: 'aes' };
  }
}
