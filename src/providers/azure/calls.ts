import type { Environment } from '../../support/outbound/proxy-rules.ts';
import type { Outbound } from '../../support/outbound/outbound.ts';
import { ProviderError } from '../errors.ts';
import { restCalls } from '../http/rest-calls.ts';
import type { RetryDependencies } from '../http/retry.ts';
import type { KeyVersion, Page } from './key-bundle.ts';
import { sender, type Wanted } from './send.ts';
import { checkTrust, type Settings } from './settings.ts';
import { isGuid } from './take-credentials.ts';
import { tokens } from './tokens.ts';

/** Of Key Vault and Managed HSM (Key Vault REST API reference). */
const API_VERSION = '7.4';

/** Of a service of the machine itself. */
const LOCAL_TIMEOUT_MS = 5_000;
/** An HSM may take longer to generate a key than for anything else; one whose answer is lost is of no use. */
const GENERATION = 3;

/** The requests to a vault. Each rejects with a ProviderError only. */
export interface Calls {
  readonly isManagedHsm: boolean;
  /** The newest version of a key. */
  getKey(name: string, signal: AbortSignal): Promise<KeyVersion>;
  /** @param id - `<key name>/<version>` */
  getVersion(id: string, signal: AbortSignal): Promise<KeyVersion>;
  /** Resolves where a key of this name was deleted, and can be recovered. */
  getDeletedKey(name: string, signal: AbortSignal): Promise<KeyVersion>;
  /** Generates a key in the vault. An abort does not end it once it was sent. */
  createKey(name: string, body: object, signal: AbortSignal): Promise<KeyVersion>;
  /** Makes a version of a key, the first of them the key. An abort does not end it once it was sent. */
  importKey(name: string, body: object, signal: AbortSignal): Promise<KeyVersion>;
  updateVersion(id: string, body: object, signal: AbortSignal): Promise<KeyVersion>;
  /** @returns the vault's id of the request */
  deleteKey(name: string, signal: AbortSignal): Promise<string | undefined>;
  listKeys(next: string | undefined, signal: AbortSignal): Promise<Page>;
  listVersions(name: string, next: string | undefined, signal: AbortSignal): Promise<Page>;
  /** The tenant of the vault, which it tells whoever asks without a token; undefined where it does not. */
  tenant(signal: AbortSignal): Promise<string | undefined>;
  /** Signs in. Never rejects but for an aborted signal: the result holds the problem. */
  credentials(signal: AbortSignal): Promise<CredentialsFound>;
  /** The proxy on the way to the vault, without user and password; undefined for a direct connection. */
  proxy(): string | undefined;
  close(): void;
}

/** Source and end of the client id, or the reason why there are none. */
export interface CredentialsFound {
  readonly source: string;
  readonly id: string;
  readonly problem: string | undefined;
}

export interface CallsOptions {
  readonly env: Environment;
  readonly outbound: Outbound;
  readonly requestTimeoutMs: number;
  readonly retry: RetryDependencies;
}

/**
 * Opens a vault. A request is sent only where {@link checkTrust} allows it.
 *
 * @param settings - a text for what is wrong with them, which every call fails with
 */
export function calls(settings: Settings | string, options: CallsOptions): Calls {
  return typeof settings === 'string' ? refusingCalls(settings) : vaultCalls(settings, options);
}

function vaultCalls(settings: Settings, { env, outbound, requestTimeoutMs, retry }: CallsOptions): Calls {
  const { endpoint, vault, identity, source } = settings;
  const trusted = (): string | undefined => checkTrust(settings, env);
  const rest = restCalls({ outbound, requestTimeoutMs, beforeSending: trusted });
  const patient = restCalls({ outbound, requestTimeoutMs: GENERATION * requestTimeoutMs, beforeSending: trusted });
  const direct: Outbound = { ...outbound, route: () => ({ by: 'direct' }) };
  const localTimeoutMs = Math.min(LOCAL_TIMEOUT_MS, requestTimeoutMs);
  const local = restCalls({ outbound: direct, requestTimeoutMs: localTimeoutMs, beforeSending: trusted });
  const token = tokens({ settings, env, rest, local, retry });
  const { bundle, page } = sender({ settings, trusted, rest, patient, token });
  const urlOf = (...path: readonly string[]): URL => {
    const url = new URL(`/${path.map(encodeURIComponent).join('/')}`, endpoint);
    url.searchParams.set('api-version', API_VERSION);
    return url;
  };

  return {
    isManagedHsm: vault.isManagedHsm,
    getKey: (name, signal) =>
      bundle(
        { call: 'KeyGet', permission: 'get', method: 'GET', url: urlOf('keys', name) },
        { name, version: undefined },
        signal,
      ),
    getVersion(id, signal) {
      const wanted = placeOf('KeyGet', id);
      const url = urlOf('keys', wanted.name, wanted.version);
      return bundle({ call: 'KeyGet', permission: 'get', method: 'GET', url }, wanted, signal);
    },
    getDeletedKey: (name, signal) =>
      bundle(
        { call: 'KeyGetDeleted', permission: 'get', method: 'GET', url: urlOf('deletedkeys', name) },
        { name, version: undefined },
        signal,
      ),
    createKey: (name, body, signal) =>
      bundle(
        {
          call: 'KeyCreate',
          permission: 'create',
          method: 'POST',
          url: urlOf('keys', name, 'create'),
          body,
          finishes: true,
          generates: true,
        },
        { name, version: undefined },
        signal,
      ),
    importKey: (name, body, signal) =>
      bundle(
        { call: 'KeyImport', permission: 'import', method: 'PUT', url: urlOf('keys', name), body, finishes: true },
        { name, version: undefined },
        signal,
      ),
    updateVersion(id, body, signal) {
      const wanted = placeOf('KeyUpdate', id);
      const url = urlOf('keys', wanted.name, wanted.version);
      return bundle({ call: 'KeyUpdate', permission: 'update', method: 'PATCH', url, body }, wanted, signal);
    },
    async deleteKey(name, signal) {
      const sent = { call: 'KeyDelete', permission: 'delete', method: 'DELETE', url: urlOf('keys', name) } as const;
      const { requestId } = await bundle(sent, { name, version: undefined }, signal);
      return requestId;
    },
    listKeys: (next, signal) => page(urlOf('keys'), 'KeyList', next, signal),
    listVersions: (name, next, signal) => page(urlOf('keys', name, 'versions'), 'KeyListVersions', next, signal),
    async tenant(signal) {
      const problem = trusted();
      if (problem !== undefined) throw new ProviderError('invalid_request', `tenant: ${problem}`, { call: 'tenant' });
      const { status, headers } = await rest.send(
        { call: 'tenant', method: 'GET', url: urlOf('keys'), secrets: token.secrets() },
        signal,
      );
      return status === 401 ? tenantIn(headers['www-authenticate'] ?? '') : undefined;
    },
    async credentials(signal) {
      const id = identity.clientId === undefined ? '' : `…${identity.clientId.slice(-4)}`;
      try {
        await token.get(signal);
        return { source, id, problem: undefined };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ProviderError)) throw error;
        return { source, id, problem: error.message };
      }
    },
    proxy: () => rest.proxyTo(urlOf()),
    close() {
      rest.close();
      patient.close();
      local.close();
    },
  };
}

function refusingCalls(problem: string): Calls {
  const refuse = async (): Promise<never> => {
    throw new ProviderError('invalid_request', problem, { call: 'configuration' });
  };
  return {
    isManagedHsm: false,
    getKey: refuse,
    getVersion: refuse,
    getDeletedKey: refuse,
    createKey: refuse,
    importKey: refuse,
    updateVersion: refuse,
    deleteKey: refuse,
    listKeys: refuse,
    listVersions: refuse,
    tenant: refuse,
    credentials: async () => ({ source: 'none', id: '', problem }),
    proxy: () => undefined,
    close: () => undefined,
  };
}

/** Reads an id, which may come from a request of a user. */
function placeOf(call: string, id: string): Wanted & { readonly version: string } {
  const [, name, version] = /^([0-9A-Za-z-]{1,127})\/([0-9a-f]{32})$/i.exec(id) ?? [];
  if (name !== undefined && version !== undefined) return { name, version };
  throw new ProviderError('invalid_request', `${call}: this is not the id of a key version, <key>/<32 hex digits>`, {
    call,
  });
}

/** `Bearer authorization="https://<authority>/<tenant>", resource="…"` (Key Vault: authentication, requests and responses). */
function tenantIn(challenge: string): string | undefined {
  const [, tenant = ''] = /\bauthorization(?:_uri)?="https?:\/\/[^/"]+\/([^/"]+)\/?"/i.exec(challenge) ?? [];
  return isGuid(tenant) ? tenant.toLowerCase() : undefined;
}
