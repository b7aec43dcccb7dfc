import type { Clock } from '../../support/clock.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import type { Outbound } from '../../support/outbound/outbound.ts';
import { ProviderError } from '../errors.ts';
import { errorWithoutSecrets } from '../http/redact.ts';
import { restCalls, type RestAnswer, type RestRequest } from '../http/rest-calls.ts';
import type { ProviderConfig } from '../port.ts';
import {
  cryptoKeyIn,
  cryptoKeyPage,
  importJobIn,
  permissionsIn,
  versionInAnswer,
  versionPage,
  type CryptoKey,
  type CryptoKeyVersion,
  type ImportJob,
  type Page,
} from './answers.ts';
import { checkEndpoint, kmsOrigin } from './endpoint.ts';
import { keyName } from './names.ts';
import { statusError } from './status-error.ts';
import { tokens, type Token } from './tokens.ts';

/** What a CryptoKey is made with. */
export interface NewCryptoKey {
  readonly purpose: string;
  readonly algorithm: string;
  readonly protectionLevel: 'HSM' | 'SOFTWARE';
  readonly labels: Readonly<Record<string, string>>;
}

/** What is imported into a CryptoKey. */
export interface NewMaterial {
  readonly algorithm: string;
  /** Id of the import job. */
  readonly importJob: string;
  readonly wrappedKey: Buffer;
  /** The number of the version that it goes into again; undefined: a new version. */
  readonly into?: string;
}

/**
 * The calls to one key ring (Cloud KMS API v1). Each rejects with a ProviderError only. The first ten take the nine
 * permissions of Vault's documentation; the last three are done without where they are not allowed.
 */
export interface Calls {
  createKey(id: string, key: NewCryptoKey, signal: AbortSignal): Promise<CryptoKey>;
  createImportJob(id: string, level: 'HSM' | 'SOFTWARE', signal: AbortSignal): Promise<ImportJob>;
  getImportJob(id: string, signal: AbortSignal): Promise<ImportJob>;
  importVersion(key: string, material: NewMaterial, signal: AbortSignal): Promise<CryptoKeyVersion>;
  listVersions(key: string, page: string | undefined, signal: AbortSignal): Promise<Page<CryptoKeyVersion>>;
  setState(key: string, number: string, state: 'ENABLED' | 'DISABLED', signal: AbortSignal): Promise<CryptoKeyVersion>;
  destroy(key: string, number: string, signal: AbortSignal): Promise<CryptoKeyVersion>;
  setPrimary(key: string, number: string, signal: AbortSignal): Promise<CryptoKey>;
  /** Which of these permissions the credentials have on the key ring; needs no permission. */
  testPermissions(permissions: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** Resolves the credentials. Never rejects: the result holds the problem. */
  credentials(signal: AbortSignal): Promise<CredentialsFound>;
  getKey(key: string, signal: AbortSignal): Promise<CryptoKey>;
  listKeys(page: string | undefined, signal: AbortSignal): Promise<Page<CryptoKey>>;
  proxy(): string | undefined;
  close(): void;
}

/** Source of the credentials and whose they are, or the reason why there are none. */
export interface CredentialsFound {
  readonly source: string;
  readonly id: string;
  readonly problem: string | undefined;
}

export interface CallsOptions {
  readonly env: Environment;
  readonly outbound: Outbound;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
}

/** A full page of versions has less than 1 MB. */
const PAGE = 500;

interface Sent extends Pick<RestRequest, 'call' | 'method' | 'body' | 'finishes'> {
  /** Behind the name of the key ring. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** What the call takes, where it takes one. */
  readonly permission?: string;
}

/** Opens an account; nothing is sent before the first call. */
export function calls(config: ProviderConfig, options: CallsOptions): Calls {
  const { env, outbound, requestTimeoutMs } = options;
  const ring = config.keyCollection;
  const held = tokens(config, options);
  const kms = restCalls({ outbound, requestTimeoutMs, beforeSending: () => checkEndpoint(config, env) });
  const origin = kmsOrigin(config);

  const authorized = async (
    { call, method, body, finishes, path, query = {} }: Sent,
    token: Token,
    signal: AbortSignal,
  ): Promise<RestAnswer> => {
    const url = new URL(`${origin}/v1/${ring}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const { value, quotaProject } = token;
    const headers = {
      authorization: `Bearer ${value.reveal()}`,
      ...(quotaProject !== undefined && { 'x-goog-user-project': quotaProject }),
    };
    const request = { call, method, url, headers, secrets: held.secrets() };
    return kms.send({ ...request, ...(body && { body }), ...(finishes && { finishes }) }, signal);
  };

  const send = async <T>(sent: Sent, signal: AbortSignal, read: (json: unknown) => T | undefined): Promise<T> => {
    const { call, permission } = sent;
    const { host } = new URL(origin);
    try {
      const problem = checkEndpoint(config, env);
      if (problem !== undefined) throw new ProviderError('invalid_request', problem, { call });
      let token = await held.get(signal);
      let answer = await authorized(sent, token, signal);
      if (answer.status === 401) {
        held.forget(token);
        // It may have been revoked since; a request that was not authenticated had no effect.
        if (!token.isNew) {
          token = await held.get(signal);
          answer = await authorized(sent, token, signal);
        }
      }
      if (answer.status < 200 || answer.status >= 300) throw statusError(call, permission, host, answer);
      const found = read(answer.json);
      if (found !== undefined) return found;
      const text = `${call}: the answer of ${host} cannot be read`;
      throw new ProviderError('unavailable', text, { call, ambiguous: true });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      throw errorWithoutSecrets(named(call, error), held.secrets());
    }
  };

  const version = (
    path: string,
    rest: Omit<Sent, 'path'>,
    key: string,
    signal: AbortSignal,
  ): Promise<CryptoKeyVersion> => send({ ...rest, path }, signal, (json) => versionInAnswer(json, ring, key));
  const keyPath = (key: string): string => keyName('', key);
  const versionPath = (key: string, number: string): string => `${keyPath(key)}/cryptoKeyVersions/${number}`;
  const versionTemplate = ({ algorithm, protectionLevel }: NewCryptoKey): object => ({ algorithm, protectionLevel });

  return {
    createKey: (id, key, signal) =>
      send(
        {
          call: 'cryptoKeys.create',
          method: 'POST',
          path: '/cryptoKeys',
          query: { cryptoKeyId: id, skipInitialVersionCreation: 'true' },
          body: {
            purpose: key.purpose,
            importOnly: true,
            versionTemplate: versionTemplate(key),
            labels: key.labels,
          },
          permission: 'cloudkms.cryptoKeys.create',
        },
        signal,
        (json) => cryptoKeyIn(json, ring),
      ),
    createImportJob: (id, protectionLevel, signal) =>
      send(
        {
          call: 'importJobs.create',
          method: 'POST',
          path: '/importJobs',
          query: { importJobId: id },
          body: { importMethod: IMPORT_METHOD, protectionLevel },
          permission: 'cloudkms.importJobs.create',
        },
        signal,
        importJobIn,
      ),
    getImportJob: (id, signal) =>
      send(
        { call: 'importJobs.get', method: 'GET', path: `/importJobs/${id}`, permission: 'cloudkms.importJobs.get' },
        signal,
        importJobIn,
      ),
    importVersion: (key, { algorithm, importJob, wrappedKey, into }, signal) =>
      version(
        `${keyPath(key)}/cryptoKeyVersions:import`,
        {
          call: 'cryptoKeyVersions.import',
          method: 'POST',
          body: {
            algorithm,
            importJob: `${ring}/importJobs/${importJob}`,
            wrappedKey: wrappedKey.toString('base64'),
            ...(into !== undefined && { cryptoKeyVersion: ring + versionPath(key, into) }),
          },
          // A new version is made once: its answer has the number.
          finishes: into === undefined,
          // Cloud KMS API, cryptoKeyVersions.import: the permission to create is taken for a new version only.
          permission: `cloudkms.cryptoKeyVersions.${into === undefined ? 'create' : 'update'}`,
        },
        key,
        signal,
      ),
    listVersions: (key, page, signal) =>
      send(
        {
          call: 'cryptoKeyVersions.list',
          method: 'GET',
          path: `${keyPath(key)}/cryptoKeyVersions`,
          query: { pageSize: String(PAGE), ...(page !== undefined && { pageToken: page }) },
          permission: 'cloudkms.cryptoKeyVersions.list',
        },
        signal,
        (json) => versionPage(json, ring, key),
      ),
    setState: (key, number, state, signal) =>
      version(
        versionPath(key, number),
        {
          call: 'cryptoKeyVersions.patch',
          method: 'PATCH',
          query: { updateMask: 'state' },
          body: { state },
          permission: 'cloudkms.cryptoKeyVersions.update',
        },
        key,
        signal,
      ),
    destroy: (key, number, signal) =>
      version(
        `${versionPath(key, number)}:destroy`,
        {
          call: 'cryptoKeyVersions.destroy',
          method: 'POST',
          body: {},
          permission: 'cloudkms.cryptoKeyVersions.destroy',
        },
        key,
        signal,
      ),
    setPrimary: (key, number, signal) =>
      send(
        {
          call: 'cryptoKeys.updatePrimaryVersion',
          method: 'POST',
          path: `${keyPath(key)}:updatePrimaryVersion`,
          body: { cryptoKeyVersionId: number },
          permission: 'cloudkms.cryptoKeys.update',
        },
        signal,
        (json) => cryptoKeyIn(json, ring),
      ),
    testPermissions: (permissions, signal) =>
      send(
        {
          call: 'keyRings.testIamPermissions',
          method: 'POST',
          path: ':testIamPermissions',
          body: { permissions },
        },
        signal,
        permissionsIn,
      ),
    async credentials(signal) {
      try {
        await held.get(signal);
        return { source: held.source(), id: held.identity(), problem: undefined };
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        return { source: held.source(), id: held.identity(), problem: error.message };
      }
    },
    getKey: (key, signal) =>
      send(
        { call: 'cryptoKeys.get', method: 'GET', path: keyPath(key), permission: 'cloudkms.cryptoKeys.get' },
        signal,
        (json) => cryptoKeyIn(json, ring),
      ),
    listKeys: (page, signal) =>
      send(
        {
          call: 'cryptoKeys.list',
          method: 'GET',
          path: '/cryptoKeys',
          query: { pageSize: String(PAGE), ...(page !== undefined && { pageToken: page }) },
          permission: 'cloudkms.cryptoKeys.list',
        },
        signal,
        (json) => cryptoKeyPage(json, ring),
      ),
    proxy: () => kms.proxyTo(new URL(origin)),
    close() {
      kms.close();
      held.close();
    },
  };
}

/** How material is wrapped: see src/crypto/wrap-rsa-aes-kwp.ts. */
export const IMPORT_METHOD = 'RSA_OAEP_4096_SHA256_AES_256';

/** Adds the name of the call to an error of the credentials, which were needed for it. */
function named(call: string, error: ProviderError): ProviderError {
  if (error.message.startsWith(`${call}: `)) return error;
  const { reason, message, code, ambiguous } = error;
  return new ProviderError(reason, `${call}: ${message}`, {
    call,
    code,
    ambiguous: error.call === 'credentials' ? false : ambiguous,
  });
}
