import { verify } from 'node:crypto';

export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether RS256 by the holder of this key has signed it. */
  isSignedBy(publicKey: string): boolean;
}

/** Undefined for what is no JWT with RS256, the only algorithm of Google's service accounts. */
export function parseJwt(text: string): Jwt | undefined {
  const [header = '', claims = '', signature = '', ...rest] = text.split('.');
  if (rest.length > 0 || signature === '') return undefined;
  try {
    const decoded = {
      header: JSON.parse(Buffer.from(header, 'base64url').toString()) as Jwt['header'],
      claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) as Jwt['claims'],
    };
    if (decoded.header['alg'] !== 'RS256') return undefined;
    const signed = Buffer.from(`${header}.${claims}`);
    return {
      ...decoded,
      isSignedBy: (publicKey) => verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url')),
    };
  } catch {
    return undefined;
  }
}

const MAX_LIFE = 3600;
const SKEW = 300;

/** Whether `iat` and `exp` are at most an hour apart and around now, in seconds; Google allows for some skew. */
export function isInTime({ claims }: Jwt, now: number): boolean {
  const seconds = now / 1000;
  const { iat, exp } = claims;
  if (typeof iat !== 'number' || typeof exp !== 'number') return false;
  return exp > iat && exp - iat <= MAX_LIFE && iat <= seconds + SKEW && exp > seconds;
}
