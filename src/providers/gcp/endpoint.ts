import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { ALLOW_LIST, allowList, AMBIENT, originOf } from '../http/allow-list.ts';
import { checkOrigin } from '../http/check-origin.ts';
import type { ProviderConfig } from '../port.ts';
import { hasOwnCredentials } from './credential-source.ts';
import { CLOUD_KMS, isCloudKms, isTokenService } from './hosts.ts';

const OWN_CREDENTIALS = 'give credentials_json in credentials, and do not set GOOGLE_CREDENTIALS';

function configured({ credentials }: ProviderConfig): string | undefined {
  return credentials['endpoint']?.reveal() || undefined;
}

/** Where the requests of an account go: `gcp` for Cloud KMS, else the endpoint's origin. */
export function endpointOf(config: ProviderConfig): string {
  const endpoint = configured(config);
  if (endpoint === undefined) return 'gcp';
  const url = originOf(endpoint);
  if (url === undefined) return 'invalid';
  return isCloudKms(url) ? 'gcp' : url.origin;
}

/** The base of the API's URLs. */
export function kmsOrigin(config: ProviderConfig): string {
  return originOf(configured(config) ?? CLOUD_KMS)?.origin ?? CLOUD_KMS;
}

/**
 * Returns why keys and tokens must not be sent to an account's endpoint (where it is set, and remedy), or undefined. Asked
 * when the account is written and before each request, as the allow list may have changed since.
 */
export function checkEndpoint(config: ProviderConfig, env: Environment): string | undefined {
  const url = configured(config);
  if (url === undefined) return undefined;
  return checkOrigin({
    url,
    holder: 'credentials holds an endpoint',
    isOwn: isCloudKms,
    own: 'one of Google Cloud KMS',
    hasOwnCredentials: hasOwnCredentials(config, env),
    ownCredentials: OWN_CREDENTIALS,
    env,
  });
}

/** Returns why nothing must be sent to a service that issues tokens, or undefined. @param name - the member that has its URL */
export function checkTokenService(name: string, url: string, isOwn: boolean, env: Environment): string | undefined {
  if (!URL.canParse(url))
    return `the credentials hold a ${name} that is not a URL: give what Google Cloud has made, unchanged`;
  return checkOrigin({
    url: new URL(url).origin,
    holder: `the credentials hold a ${name}`,
    isOwn: isTokenService,
    own: "one of Google's services for tokens",
    hasOwnCredentials: isOwn,
    ownCredentials: OWN_CREDENTIALS,
    env,
  });
}

/**
 * Returns why the token of another identity provider must not be asked for, or undefined. Such a URL is mostly that of a
 * metadata service of another cloud, so the operator has to allow each of them.
 */
export function checkSubjectUrl(url: string, env: Environment): string | undefined {
  const list = allowList(env);
  if (typeof list === 'string') return list;
  const origin = URL.canParse(url) ? new URL(url).origin : 'an address that is not a URL';
  if (list.some((each) => each.ambient && each.origin === origin)) return undefined;
  return (
    `the credentials hold a credential_source at ${origin}: have the operator of the server allow it with ` +
    `"${origin};${AMBIENT}" in the plugin's environment variable ${ALLOW_LIST}`
  );
}
