import { createSign } from 'node:crypto';
import { RING, startGcpKms, type GcpKms, type GcpKmsOptions } from '../../dev/gcp-kms/kms.ts';
import { newServiceAccount, type ServiceAccount } from '../../dev/gcp-kms/identity/service-account.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { onTestFinished } from 'vitest';
import type { WallClock } from '../../src/support/clock.ts';

/** The service account of the tests. */
export const VAULT = newServiceAccount();

/** One pair for each size: RSA-4096 takes seconds to generate. */
export const wrappingKeys = wrappingKeyRing(1);

/** A fake that ends with the test; VAULT may do everything there, unless options say otherwise. */
export async function running(options: Partial<GcpKmsOptions> = {}): Promise<GcpKms> {
  const kms = await startGcpKms({ serviceAccounts: [VAULT], wrappingKeys, ...options });
  onTestFinished(() => kms.close());
  return kms;
}

/** A clock that stands still until it is advanced by milliseconds. */
export function steppingClock(): WallClock & { advance(by: number): void } {
  let now = Date.parse('2026-11-01T12:00:00Z');
  return {
    now: () => now,
    advance(by) {
      now += by;
    },
  };
}

export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly json: Json;
}

/** A JWT with RS256, as service accounts sign it. */
export function signJwt(
  { privateKey, keyId }: Pick<ServiceAccount, 'privateKey' | 'keyId'>,
  claims: Json,
  header: Json = {},
): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: keyId, ...header })}.${part(claims)}`;
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
}

const SCOPE = 'https://www.googleapis.com/auth/cloudkms';

/** The claims of an assertion for the token endpoint. */
export function assertionClaims({ identityUrl }: GcpKms, { email }: ServiceAccount, now = Date.now()): Json {
  const iat = Math.floor(now / 1000);
  return { iss: email, scope: SCOPE, aud: `${identityUrl}/token`, iat, exp: iat + 3600 };
}

export async function postForm(url: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, json: (await response.json()) as Json };
}

/** Exchanges an assertion for an access token. */
export function askToken(kms: GcpKms, assertion: string): Promise<Answer> {
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  return postForm(`${kms.identityUrl}/token`, { grant_type, assertion });
}

export async function accessToken(kms: GcpKms, account: ServiceAccount = VAULT, now?: number): Promise<string> {
  const { status, json } = await askToken(kms, signJwt(account, assertionClaims(kms, account, now)));
  if (status !== 200) throw new Error(JSON.stringify(json));
  return String(json['access_token']);
}

/** Calls Cloud KMS with an access token. Paths are below /v1. */
export interface Client {
  request(method: string, path: string, body?: Json): Promise<Answer>;
  /** The JSON of an answer that is 200. */
  ok(method: string, path: string, body?: Json): Promise<Json>;
  /** The error of an answer that is not, as `<HTTP status> <status>: <message>`. */
  refused(method: string, path: string, body?: Json): Promise<string>;
}

export function clientWith(kms: GcpKms, token: string): Client {
  const request = async (method: string, path: string, body?: Json): Promise<Answer> => {
    const response = await fetch(`${kms.url}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Json };
  };
  return {
    request,
    async ok(method, path, body) {
      const { status, json } = await request(method, path, body);
      if (status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
      return json;
    },
    async refused(method, path, body) {
      const { status, json } = await request(method, path, body);
      const error = json['error'] as Json | undefined;
      if (error?.['code'] !== status) throw new Error(`${method} ${path} answers ${status}: ${JSON.stringify(json)}`);
      return `${status} ${String(error['status'])}: ${String(error['message'])}`;
    },
  };
}

export async function connect(kms: GcpKms, account: ServiceAccount = VAULT): Promise<Client> {
  return clientWith(kms, await accessToken(kms, account));
}

/** A crypto key as the engine makes it; returns its resource name. */
export async function newKey(client: Client, given: Json = {}, id = 'app-1700000000'): Promise<string> {
  const key = {
    purpose: 'ENCRYPT_DECRYPT',
    importOnly: true,
    versionTemplate: { algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION', protectionLevel: 'HSM' },
    ...given,
  };
  const path = `${RING}/cryptoKeys?cryptoKeyId=${id}&skipInitialVersionCreation=true`;
  return String((await client.ok('POST', path, key))['name']);
}

export interface Job {
  readonly name: string;
  readonly pem: string;
}

/** An import job that is active; of 3072 bits, which are generated faster than 4096. */
export async function newJob(client: Client, given: Json = {}, id = 'job-1'): Promise<Job> {
  const wanted = { importMethod: 'RSA_OAEP_3072_SHA256_AES_256', protectionLevel: 'HSM', ...given };
  const { name } = await client.ok('POST', `${RING}/importJobs?importJobId=${id}`, wanted);
  for (;;) {
    const job = await client.ok('GET', String(name));
    if (job['state'] === 'ACTIVE') return { name: String(name), pem: String((job['publicKey'] as Json)['pem']) };
  }
}

/** The versions of a key, once no import is pending. */
export async function settled(client: Client, key: string): Promise<readonly Json[]> {
  for (;;) {
    const versions = (await client.ok('GET', `${key}/cryptoKeyVersions`))['cryptoKeyVersions'] as Json[] | undefined;
    if (!versions?.some(({ state }) => state === 'PENDING_IMPORT')) return versions ?? [];
  }
}
