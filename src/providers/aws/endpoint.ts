import type { ProviderConfig } from '../port.ts';
import { isAwsKms, isLinkLocal } from './kms-hosts.ts';

/** Environment variables, as `process.env` gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Names the endpoints beside AWS's own that keys and credentials may go to: origins, separated by commas. The server's
 * operator sets it, whereas `kms/<name>` is written by whoever a policy lets. An entry that ends with `;ambient` may get
 * the server's own credentials as well.
 */
export const ALLOW_LIST = 'KEYMGMT_ALLOWED_ENDPOINTS';
export const AMBIENT = 'ambient';

/** Where an endpoint may come from beside the configuration; the last two are the SDK's. */
const ENDPOINT_VARIABLES = ['AWS_KMS_ENDPOINT', 'AWS_ENDPOINT_URL_KMS', 'AWS_ENDPOINT_URL'] as const;

interface ConfiguredEndpoint {
  /** Undefined: AWS KMS in the Region of `key_collection`. */
  readonly url: string | undefined;
  /** Who says so, for error texts. */
  readonly holder: string;
}

interface AllowedEndpoint {
  readonly origin: string;
  /** Whether the server's own credentials may go there. */
  readonly ambient: boolean;
}

/** The endpoint that an account asks for: of its configuration, else of the environment. */
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

/** Where the requests of an account go: `aws` for AWS KMS in its Region, else the endpoint's origin. */
export function endpointOf(config: ProviderConfig, env: Environment): string {
  const { url } = configuredEndpoint(config, env);
  if (url === undefined) return 'aws';
  const parsed = originOf(url);
  if (parsed === undefined) return 'invalid';
  return isAwsKms(parsed, config.keyCollection) ? 'aws' : parsed.origin;
}

/** Host that an account talks to, for error texts. */
export function endpointName(config: ProviderConfig, env: Environment): string {
  const { url } = configuredEndpoint(config, env);
  return (url === undefined ? undefined : originOf(url)?.host) ?? `kms.${config.keyCollection}`;
}

/**
 * Says why keys and credentials may not go to an account's endpoint (where it is set, and remedy), or nothing. Asked
 * when the account is written and before each request: records and environments of yesterday are not trusted.
 *
 * @param hasOwnCredentials - false where the credentials are the server's
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

/** The operator's list, or what is wrong with it. */
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

/** A URL that holds scheme, host and port only; undefined for any other text. */
export function originOf(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isOrigin = ['http:', 'https:'].includes(url.protocol) && url.href === `${url.origin}/`;
  return isOrigin ? url : undefined;
}
