import { generateKeyPairSync, randomUUID, sign, verify, type KeyObject } from 'node:crypto';

/** Who a token was issued to. */
export interface Caller {
  readonly tenantId: string;
  readonly clientId: string;
  /** Object id of the service principal. */
  readonly objectId: string;
}

/** Claims of a token that a vault reads (Microsoft: Key Vault REST API error codes). Times are seconds. */
export interface TokenClaims {
  readonly aud: string;
  readonly iss: string;
  readonly appid: string;
  readonly oid: string;
  readonly tid: string;
  readonly nbf: number;
  readonly exp: number;
}

/** Issues access tokens, which only vaults of the same fake accept. */
export interface TokenIssuer {
  /** @param lifetime seconds */
  issue(caller: Caller, audience: string, now: number, lifetime: number): string;
  /** The claims of a token with a valid signature, whatever they say. */
  read(token: string): TokenClaims | undefined;
}

/** Tokens are JWTs as Entra ID's, but signed with ES256, because such a key is made in no time. */
export function tokenIssuer(): TokenIssuer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const head = encodePart({ typ: 'JWT', alg: 'ES256', kid: randomUUID() });
  return {
    issue({ tenantId, clientId, objectId }, audience, now, lifetime) {
      const at = Math.floor(now / 1000);
      const claims: TokenClaims & { readonly uti: string } = {
        aud: audience,
        iss: `https://sts.windows.net/${tenantId}/`,
        appid: clientId,
        oid: objectId,
        tid: tenantId,
        nbf: at,
        exp: at + lifetime,
        uti: randomUUID(),
      };
      const signed = `${head}.${encodePart(claims)}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), p1363(privateKey)).toString('base64url')}`;
    },
    read(token) {
      const [first, second, signature] = token.split('.');
      if (first === undefined || second === undefined || signature === undefined) return undefined;
      const bytes = Buffer.from(signature, 'base64url');
      if (!verify('sha256', Buffer.from(`${first}.${second}`), p1363(publicKey), bytes)) return undefined;
      return JSON.parse(Buffer.from(second, 'base64url').toString()) as TokenClaims;
    },
  };
}

const encodePart = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const p1363 = (key: KeyObject): { key: KeyObject; dsaEncoding: 'ieee-p1363' } => ({ key, dsaEncoding: 'ieee-p1363' });
