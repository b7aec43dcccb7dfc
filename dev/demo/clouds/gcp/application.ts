import { createSign } from 'node:crypto';
import type { ServiceAccount } from '../../../gcp-kms/identity/service-account.ts';

/** An answer of Cloud KMS, with its HTTP status. */
export interface CloudKmsAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Sends a request about a crypto key of one key ring. */
export type SendToCloudKms = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<CloudKmsAnswer>;

/** A client of an application: a JWT that its service account has signed is its access token (AIP-4111). */
export function applicationOf({ email, keyId, privateKey }: ServiceAccount, url: string, ring: string): SendToCloudKms {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (): string => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: email, sub: email, aud: 'https://cloudkms.googleapis.com/', iat, exp: iat + 600 };
    const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${part(claims)}`;
    return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
  };
  return async (method, path, body) => {
    const response = await fetch(`${url}/v1/${ring}/cryptoKeys/${path}`, {
      method,
      headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as CloudKmsAnswer['json'] };
  };
}
