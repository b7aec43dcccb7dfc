import type { ProviderConfig } from '../port.ts';
import { isAwsKms, isLinkLocal } from './kms-hosts.ts';

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Environment variable that lists the endpoints, besides AWS's own, to which keys and credentials may be sent: origins,
 * separated by commas. The server's operator sets it, whereas any client whose policy permits it can write
 * `kms/<name>`. An entry that ends with `;ambient` may also receive the server's own credentials.
 */
export const ALLOW_LIST = 'KEYMGMT_ALLOWED_ENDPOINTS';
export const AMBIENT = 'ambient';

/** Environment variables that may set the endpoint, by precedence; the last two are the SDK's. */
const ENDPOINT_VARIABLES = ['AWS_KMS_ENDPOINT', 'AWS_ENDPOINT_URL_KMS', 'AWS_ENDPOINT_URL'] as const;

interface ConfiguredEndpoint {
  /** Undefined: AWS KMS in the Region of `key_collection`. */
  readonly url: string | undefined;
  /** Where the endpoint is set, for error messages. */
  readonly holder: string;
}

interface AllowedEndpoint {
  readonly origin: string;
  /** Whether the server's own credentials may be sent there. */
  readonly ambient: boolean;
}

/** Reads the endpoint of an account from its configuration, or else from the environment. */
export function configuredEndpoint({ credentials }: ProviderConfig, env: Environment): ConfiguredEndpoint {
  const configured = credentials['endpoint']?.reveal();
  if (configured) return { url: configured, holder: 'credentials holds an endpoint' };
  const isIgnored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true';
  const name = ENDPOINT_VARIABLES.find((each) => env[each] && (each === 'AWS_KMS_ENDPOINT' || !isIgnored));
  return {
    url: name && env[name],
    holder: name === undefined ? 'nobody' : `environment variable ${name} holds an endpoint`,
  };
}

/** Destination of an account's requests: `aws` for AWS KMS in its Region, else the endpoint's origin. */
export function endpointOf(config: ProviderConfig, env: Environment): string {
  const { url } = configuredEndpoint(config, env);
  if (url === undefined) return 'aws';
  const parsed = originOf(url);
  if (parsed === undefined) return 'invalid';
  return isAwsKms(parsed, config.keyCollection) ? 'aws' : parsed.origin;
}

/** The host of an account's endpoint, for error messages. */
export function endpointName(config: ProviderConfig, env: Environment): string {
  const { url } = configuredEndpoint(config, env);
  return (url === undefined ? undefined : originOf(url)?.host) ?? `kms.${config.keyCollection}`;
}

/**
 * Returns why keys and credentials must not be sent to an account's endpoint (where it is set, and remedy), or undefined.
 * Checked when the account is written and before each request, because the allow list may have changed since.
 *
 * @param hasOwnCredentials - false if the credentials are the server's
 */
export function checkEndpoint(
  config: ProviderConfig,
  env: Environment,
  hasOwnCredentials: boolean,
): string | undefined {
  const { url, holder } = configuredEndpoint(config, env);
  if (url === undefined) return undefined;
  const parsed = originOf(url);
  if (parsed === undefined) {
    return `${holder} that is not a URL: use https://host or http://host:port, without user, path and query`;
  }
  if (isAwsKms(parsed, config.keyCollection)) return undefined;
  const { origin } = parsed;
  if (isLinkLocal(parsed)) return `${holder}, ${origin}, that is link-local, as metadata services are: use another one`;
  const list = allowList(env);
  if (typeof list === 'string') return list;
  const allowed = list.find((each) => each.origin === origin);
  const remedy = (entry: string): string =>
    `with ${entry} in the plugin's environment variable ${ALLOW_LIST} (vault plugin register -env=${ALLOW_LIST}=…)`;
  if (!allowed) {
    return (
      `${holder}, ${origin}, that is not one of AWS KMS in ${config.keyCollection}: ` +
      `leave it out, or have the operator of the server allow it ${remedy(origin)}`
    );
  }
  if (!hasOwnCredentials && !allowed.ambient) {
    return (
      `${holder}, ${origin}, that does not get the server's own credentials: give access_key and secret_key in ` +
      `credentials, or have the operator of the server allow it ${remedy(`"${origin};${AMBIENT}"`)}`
    );
  }
  return undefined;
}

/** Parses the allow list, or returns what is wrong with it. */
export function allowList(env: Environment): readonly AllowedEndpoint[] | string {
  const entries: AllowedEndpoint[] = [];
  for (const text of (env[ALLOW_LIST] ?? '').split(',').map((each) => each.trim())) {
    if (text === '') continue;
    const [origin = '', flag, ...rest] = text.split(';').map((each) => each.trim());
    const parsed = originOf(origin);
    if (!parsed || parsed.hostname.includes('*') || rest.length > 0 || (flag !== undefined && flag !== AMBIENT)) {
      return (
        `environment variable ${ALLOW_LIST} has an entry that is no endpoint: ` +
        `use https://host or http://host:port, with ;${AMBIENT} behind it where the server's own credentials may go there`
      );
    }
    entries.push({ origin: parsed.origin, ambient: flag === AMBIENT });
  }
  return entries;
}

/** Parses a URL of scheme, host and port only; undefined for any other text. */
export function originOf(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isOrigin = ['http:', 'https:'].includes(url.protocol) && url.href === `${url.origin}/`;
  return isOrigin ? url : undefined;
}
