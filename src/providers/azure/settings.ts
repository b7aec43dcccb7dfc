import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { quoted } from '../../support/quoted.ts';
import { secret, type Secret } from '../../support/secret.ts';
import { checkOrigin } from '../http/check-origin.ts';
import type { ProviderConfig } from '../port.ts';
import { CLOUD_NAMES, CLOUDS, cloudOf, type Cloud } from './clouds.ts';
import { vaultOf, type Vault } from './key-collection.ts';
import { isGuid, isTenant } from './take-credentials.ts';

/** Who the plugin signs in as. */
export type Identity =
  | { readonly by: 'client_secret'; readonly clientId: string; readonly clientSecret: Secret<string> }
  /** `pem` holds the certificate and its private key, or is read from the file. */
  | {
      readonly by: 'client_certificate';
      readonly clientId: string;
      readonly pem: Secret<string> | undefined;
      readonly file: string;
      readonly password: Secret<string> | undefined;
    }
  /** A token of another issuer, of a Kubernetes service account for example. */
  | { readonly by: 'workload_identity'; readonly clientId: string; readonly file: string }
  /** The machine's. `clientId` chooses one of several. */
  | { readonly by: 'managed_identity'; readonly clientId: string | undefined };

/** Where the requests of an account go. */
export interface Destination {
  readonly cloud: Cloud;
  readonly vault: Vault;
  /** Origin that requests go to: the vault's own, or `endpoint`. */
  readonly endpoint: string;
}

/** All that an account is opened with, from the environment and the configuration. */
export interface Settings extends Destination {
  /** Origin of Microsoft Entra ID. */
  readonly authority: string;
  readonly tenantId: string;
  readonly identity: Identity;
  /** Where the identity is from, as `check` shows it. */
  readonly source: string;
  /** False where the identity is the server's. */
  readonly isOwn: boolean;
}

/** A sign-in service that Azure's China cloud has besides. */
const MORE_AUTHORITIES = ['https://login.partner.microsoftonline.cn'];

/** Reads where an account is. @returns a text for what is wrong with it: where, and the remedy */
export function destinationOf({ keyCollection, credentials }: ProviderConfig, env: Environment): Destination | string {
  const cloud = cloudOf(env['AZURE_ENVIRONMENT'] || credentials['environment']?.reveal() || '');
  if (!cloud) {
    const holder = env['AZURE_ENVIRONMENT'] ? 'environment variable AZURE_ENVIRONMENT' : 'credentials';
    return `${holder} holds an environment that is no cloud of Azure: use ${CLOUD_NAMES}`;
  }
  const vault = vaultOf(keyCollection, cloud);
  if (typeof vault === 'string') return vault;
  return { cloud, vault, endpoint: credentials['endpoint']?.reveal() || vault.url };
}

/**
 * Reads the settings of an account. As in Vault, the environment goes before the configuration, and the machine's identity
 * comes last. An identity is taken from one place as a whole.
 *
 * @returns a text for what is wrong with them: where, and the remedy
 */
export function settingsOf(config: ProviderConfig, env: Environment): Settings | string {
  const destination = destinationOf(config, env);
  if (typeof destination === 'string') return destination;
  /** An empty string counts as absent, because forms send it for empty fields. */
  const given = (name: string): string | undefined => config.credentials[name]?.reveal() || undefined;
  const tenantId = env['AZURE_TENANT_ID'] || given('tenant_id');
  if (tenantId === undefined) {
    return 'tenant_id is missing: give the id of the tenant in credentials, or in the environment variable AZURE_TENANT_ID';
  }
  if (!isTenant(tenantId)) {
    const holder = env['AZURE_TENANT_ID'] ? 'environment variable AZURE_TENANT_ID' : 'credentials';
    return `${holder} holds a tenant_id that is not a tenant: use its id, a GUID, or one of its domains`;
  }
  const found = identityOf(given, env);
  if (typeof found === 'string') return found;
  const authority = (env['AZURE_AUTHORITY_HOST'] || given('authority_host')) ?? destination.cloud.authority;
  return { ...destination, authority, tenantId, ...found };
}

/** Returns why keys and credentials must not be sent where the settings lead, or undefined. */
export function checkTrust(settings: Settings, env: Environment): string | undefined {
  const { endpoint, authority, vault, isOwn: hasOwnCredentials, identity } = settings;
  const shared = {
    hasOwnCredentials,
    ownCredentials: 'give client_id and client_secret in credentials',
    env,
  };
  const problem = checkOrigin({
    ...shared,
    url: endpoint,
    holder: 'credentials holds an endpoint',
    isOwn: (url) => url.origin === vault.url,
    own: `the vault's own, ${vault.url}`,
  });
  if (problem !== undefined || identity.by === 'managed_identity') return problem;
  const authorities = [...CLOUDS.map((cloud) => cloud.authority), ...MORE_AUTHORITIES];
  return checkOrigin({
    ...shared,
    url: authority,
    holder: env['AZURE_AUTHORITY_HOST']
      ? 'environment variable AZURE_AUTHORITY_HOST holds an endpoint'
      : 'credentials holds an authority_host',
    isOwn: (url) => authorities.includes(url.origin),
    own: 'one of Microsoft Entra ID',
  });
}

type Found = Pick<Settings, 'identity' | 'source' | 'isOwn'>;

function identityOf(given: (name: string) => string | undefined, env: Environment): Found | string {
  const variable = (name: string): string | undefined => env[name] || undefined;
  const envId = variable('AZURE_CLIENT_ID');
  if (envId !== undefined && !isGuid(envId)) {
    return 'environment variable AZURE_CLIENT_ID is not the id of an application, which is a GUID: correct it, or unset it';
  }
  const envSecret = variable('AZURE_CLIENT_SECRET');
  const envFile = variable('AZURE_CLIENT_CERTIFICATE_PATH');
  if (envId === undefined && (envSecret ?? envFile) !== undefined) {
    const name = envSecret === undefined ? 'AZURE_CLIENT_CERTIFICATE_PATH' : 'AZURE_CLIENT_SECRET';
    return `environment variable ${name} is set without AZURE_CLIENT_ID: set both`;
  }
  if (envId !== undefined && envSecret !== undefined) {
    return {
      identity: { by: 'client_secret', clientId: envId, clientSecret: secret(envSecret) },
      source: 'environment',
      isOwn: false,
    };
  }
  if (envId !== undefined && envFile !== undefined) {
    const password = variable('AZURE_CLIENT_CERTIFICATE_PASSWORD');
    return {
      identity: {
        by: 'client_certificate',
        clientId: envId,
        pem: undefined,
        file: envFile,
        password: password === undefined ? undefined : secret(password),
      },
      source: 'environment',
      isOwn: false,
    };
  }
  const [clientSecret, pem] = [given('client_secret'), given('client_certificate')];
  if (clientSecret !== undefined && pem !== undefined) {
    return 'credentials holds client_secret and client_certificate: give one of them';
  }
  const clientId = given('client_id') ?? envId;
  const both = clientSecret ?? pem;
  if (both !== undefined) {
    if (clientId === undefined) {
      const name = pem === undefined ? 'client_secret' : 'client_certificate';
      return `credentials holds ${name} without client_id: give both, or neither to use the environment`;
    }
    return {
      identity:
        clientSecret === undefined
          ? { by: 'client_certificate', clientId, pem: secret(both), file: '', password: undefined }
          : { by: 'client_secret', clientId, clientSecret: secret(clientSecret) },
      source: 'configuration',
      isOwn: true,
    };
  }
  const tokenFile = variable('AZURE_FEDERATED_TOKEN_FILE');
  if (tokenFile !== undefined) {
    if (envId === undefined) {
      return 'environment variable AZURE_FEDERATED_TOKEN_FILE is set without AZURE_CLIENT_ID: set both';
    }
    return {
      identity: { by: 'workload_identity', clientId: envId, file: tokenFile },
      source: `workload identity ${quoted(envId)}`,
      isOwn: false,
    };
  }
  return {
    identity: { by: 'managed_identity', clientId },
    source: clientId === undefined ? 'managed identity' : `managed identity ${quoted(clientId)}`,
    isOwn: false,
  };
}
