import type { ProviderConfig } from '../port.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { ALLOW_LIST, allowList, AMBIENT, originOf } from '../http/allow-list.ts';
import { configuredEndpoint } from './endpoint.ts';
import { isAwsKms, isCredentialService } from './kms-hosts.ts';

/** The destination of an SDK request. */
export interface Target {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  /** False for requests for credentials, to STS or IAM Identity Center. */
  readonly isKms: boolean;
}

/**
 * Returns why a request must not be sent to its destination, or undefined. The configured endpoint has been checked
 * before, but the SDK also reads endpoints from the shared files and the environment.
 */
export function checkRequest(target: Target, config: ProviderConfig, env: Environment): string | undefined {
  const { protocol, hostname, port, isKms } = target;
  const url = originOf(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`);
  const origin = url?.origin ?? 'an endpoint that is not a URL';
  if (isKms) {
    const { url: configured } = configuredEndpoint(config, env);
    const isAskedFor = configured !== undefined && originOf(configured)?.origin === origin;
    if (isAskedFor || (url && isAwsKms(url, config.keyCollection))) return undefined;
    return (
      `the shared files of AWS lead to ${origin}, which is not one of AWS KMS in ${config.keyCollection}: ` +
      'give it as endpoint in credentials, or in the environment variable AWS_ENDPOINT_URL_KMS'
    );
  }
  const list = allowList(env);
  if (typeof list === 'string') return list;
  const isAllowed = list.some((each) => each.ambient && each.origin === origin);
  if (isAllowed || (url && isCredentialService(url))) return undefined;
  return (
    `the environment (AWS_ENDPOINT_URL and the like) or the shared files of AWS lead to ${origin} for credentials, ` +
    `which is no service of AWS: take it away, or have the operator of the server allow it with ${origin};${AMBIENT} ` +
    `in the plugin's environment variable ${ALLOW_LIST}`
  );
}
