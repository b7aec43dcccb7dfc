import type { Clock } from '../../support/clock.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import type { Outbound } from '../../support/outbound/outbound.ts';
import { ProviderError } from '../errors.ts';
import { restCalls } from '../http/rest-calls.ts';
import type { ProviderConfig } from '../port.ts';
import {
  cryptoKeyIn,
  cryptoKeyPage,
  importJobIn,
  PAGE,
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
import { sender, type Sent } from './send.ts';
import { tokens } from './tokens.ts';

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

/** Opens an account; nothing is sent before the first call. */
export function calls(config: ProviderConfig, options: CallsOptions): Calls {
  const { env, outbound, requestTimeoutMs } = options;
  const ring = config.keyCollection;
  const held = tokens(config, options);
  const kms = restCalls({ outbound, requestTimeoutMs, beforeSending: () => checkEndpoint(config, env) });
  const origin = kmsOrigin(config);

  const send = sender({ config, env, kms, held });
  const oneKey = (json: unknown, id: string): CryptoKey | undefined => {
    const key = cryptoKeyIn(json, ring);
    return key?.id === id ? key : undefined;
  };
  /** @param number - undefined for a version that the call makes */
  const version = (
    sent: Sent,
    key: string,
    number: string | undefined,
    signal: AbortSignal,
  ): Promise<CryptoKeyVersion> =>
    send(sent, signal, (json) => {
      const found = versionInAnswer(json, ring, key);
      return number === undefined || found?.number === number ? found : undefined;
    });
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
        (json) => oneKey(json, id),
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
        (json) => importJobIn(json, ring, id),
      ),
    getImportJob: (id, signal) =>
      send(
        { call: 'importJobs.get', method: 'GET', path: `/importJobs/${id}`, permission: 'cloudkms.importJobs.get' },
        signal,
        (json) => importJobIn(json, ring, id),
      ),
    importVersion: (key, { algorithm, importJob, wrappedKey, into }, signal) =>
      version(
        {
          path: `${keyPath(key)}/cryptoKeyVersions:import`,
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
        into,
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
        {
          path: versionPath(key, number),
          call: 'cryptoKeyVersions.patch',
          method: 'PATCH',
          query: { updateMask: 'state' },
          body: { state },
          permission: 'cloudkms.cryptoKeyVersions.update',
        },
        key,
        number,
        signal,
      ),
    destroy: (key, number, signal) =>
      version(
        {
          path: `${versionPath(key, number)}:destroy`,
          call: 'cryptoKeyVersions.destroy',
          method: 'POST',
          body: {},
          permission: 'cloudkms.cryptoKeyVersions.destroy',
        },
        key,
        number,
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
        (json) => oneKey(json, key),
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
        (json) => oneKey(json, key),
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
