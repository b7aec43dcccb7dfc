import { constants, createHash, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { EntraError } from './entra-error.ts';

/** A federated identity credential of an application, with the key of its issuer. */
export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  /** @default api://AzureADTokenExchange */
  readonly audience?: string;
  /** Public key with which the issuer's RS256 tokens are verified, PEM. */
  readonly publicKey: string;
}

export interface AssertedApplication {
  readonly clientId: string;
  /** Certificates with which it may sign assertions, PEM. */
  readonly certificates?: readonly string[];
  readonly federatedCredentials?: readonly FederatedCredential[];
}

type Part = Readonly<Record<string, unknown>>;

/**
 * Checks a `client_assertion`: a JWT signed with a certificate of the application (Microsoft: certificate credentials), or
 * the token of a workload's own issuer (Microsoft: workload identity federation).
 *
 * @param audiences that name this token endpoint @param now milliseconds
 * @throws {EntraError} invalid_client
 */
export function checkAssertion(
  application: AssertedApplication,
  assertion: string,
  audiences: readonly string[],
  now: number,
): void {
  const { header, claims, signed, signature } = parse(assertion);
  const own = claims['iss'] === application.clientId || header['x5t'] !== undefined || header['x5t#S256'] !== undefined;
  if (own) {
    checkSignature(header, signed, signature, certificateKey(application, header));
    if (claims['iss'] !== application.clientId || claims['sub'] !== application.clientId) {
      throw invalidClient(700021, "Client assertion application identifier doesn't match 'client_id' parameter.");
    }
    if (typeof claims['jti'] !== 'string') throw invalidClient(50027, "JWT token is invalid or malformed: no 'jti'.");
    if (!audiences.some((audience) => audience === claims['aud'])) {
      throw invalidClient(700023, 'Client assertion audience claim does not match Realm issuer.');
    }
  } else {
    checkSignature(header, signed, signature, federatedKey(application, claims));
  }
  checkTimes(claims, now);
}

function parse(assertion: string): {
  readonly header: Part;
  readonly claims: Part;
  readonly signed: Buffer;
  readonly signature: Buffer;
} {
  const [first, second, third, ...rest] = assertion.split('.');
  try {
    if (first === undefined || second === undefined || third === undefined || rest.length > 0) throw new Error('parts');
    const part = (text: string): Part => JSON.parse(Buffer.from(text, 'base64url').toString()) as Part;
    const signed = Buffer.from(`${first}.${second}`);
    return { header: part(first), claims: part(second), signed, signature: Buffer.from(third, 'base64url') };
  } catch {
    throw invalidClient(50027, 'JWT token is invalid or malformed.');
  }
}

/** By the thumbprint in the header: `x5t#S256` with SHA-256, or `x5t` with SHA-1. */
function certificateKey({ certificates = [] }: AssertedApplication, header: Part): KeyObject {
  const thumbprint = (certificate: X509Certificate, hash: string): string =>
    createHash(hash).update(certificate.raw).digest('base64url');
  const found = certificates
    .map((pem) => new X509Certificate(pem))
    .find(
      (certificate) =>
        header['x5t#S256'] === thumbprint(certificate, 'sha256') || header['x5t'] === thumbprint(certificate, 'sha1'),
    );
  if (found !== undefined) return found.publicKey;
  throw invalidClient(
    700027,
    `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${String(header['x5t#S256'] ?? header['x5t'])}'].`,
  );
}

const FEDERATED_AUDIENCE = 'api://AzureADTokenExchange';

function federatedKey({ federatedCredentials = [] }: AssertedApplication, { iss, sub, aud }: Part): string {
  const noMatch = (number: number, what: string, value: unknown): EntraError =>
    invalidClient(
      number,
      `No matching federated identity record found for presented assertion ${what} '${String(value)}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.`,
    );
  const byIssuer = federatedCredentials.filter(({ issuer }) => issuer === iss);
  if (byIssuer.length === 0) throw noMatch(700211, 'issuer', iss);
  const bySubject = byIssuer.filter(({ subject }) => subject === sub);
  if (bySubject.length === 0) throw noMatch(700213, 'subject', sub);
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const match = bySubject.find(({ audience = FEDERATED_AUDIENCE }) => audiences.includes(audience));
  if (match === undefined) throw noMatch(700212, 'audience', aud);
  return match.publicKey;
}

function checkSignature(header: Part, signed: Buffer, signature: Buffer, key: KeyObject | string): void {
  const padding =
    header['alg'] === 'PS256'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : header['alg'] === 'RS256'
        ? { padding: constants.RSA_PKCS1_PADDING }
        : undefined;
  if (padding === undefined) {
    throw invalidClient(5002738, `Invalid JWT token. Unsupported algorithm '${String(header['alg'])}'.`);
  }
  if (!verify('sha256', signed, { key: key as KeyObject, ...padding }, signature)) {
    throw invalidClient(
      50013,
      'Assertion failed signature validation. [Reason - The key was found, but use of the key to verify the signature failed.]',
    );
  }
}

/** Five minutes of clock skew are allowed. */
function checkTimes({ nbf, exp }: Part, now: number): void {
  const at = now / 1000;
  const inTime =
    typeof exp === 'number' && at < exp + 300 && (nbf === undefined || (typeof nbf === 'number' && at > nbf - 300));
  if (!inTime) {
    throw invalidClient(
      700024,
      `Client assertion is not within its valid time range. Current time: ${new Date(now).toISOString()}, assertion valid from ${String(nbf)}, expiry time of assertion ${String(exp)}.`,
    );
  }
}

export const invalidClient = (number: number, message: string): EntraError =>
  new EntraError('invalid_client', number, message, 401);
