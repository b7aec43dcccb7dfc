import type { ProviderConfig } from '../port.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { originOf } from '../http/allow-list.ts';
import { checkOrigin } from '../http/check-origin.ts';
import { isAwsKms } from './kms-hosts.ts';

/** Environment variables that may set the endpoint, by precedence; the last two are the SDK's. */
const ENDPOINT_VARIABLES = ['AWS_KMS_ENDPOINT', 'AWS_ENDPOINT_URL_KMS', 'AWS_ENDPOINT_URL'] as const;

/** The variable of AWS's SDKs that names the certificates to trust. */
export const CA_VARIABLE = 'AWS_CA_BUNDLE';

interface ConfiguredEndpoint {
  /** Undefined: AWS KMS in the Region of `key_collection`. */
  readonly url: string | undefined;
  /** Where the endpoint is set, for error messages. */
  readonly holder: string;
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
  return checkOrigin({
    url,
    holder,
    isOwn: (parsed) => isAwsKms(parsed, config.keyCollection),
    own: `one of AWS KMS in ${config.keyCollection}`,
    hasOwnCredentials,
    ownCredentials: 'give access_key and secret_key in credentials',
    env,
  });
}
