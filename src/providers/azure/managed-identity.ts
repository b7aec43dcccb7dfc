import { isIP } from 'node:net';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { ALLOW_LIST, allowList, AMBIENT } from '../http/allow-list.ts';
import { isLinkLocal } from '../http/link-local.ts';

/** Azure's Instance Metadata Service, which every virtual machine has at this address. */
const IMDS = 'http://169.254.169.254';

/** How the token of a managed identity is asked for. */
export interface IdentityRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Who answers it, for messages. */
  readonly service: string;
}

/**
 * The request for a token of the machine's identity: to App Service and what works alike (Functions, Container Apps), which
 * set IDENTITY_ENDPOINT, else to the Instance Metadata Service (Microsoft Entra, "How to use managed identities").
 *
 * @returns a text for what is wrong with the environment
 */
export function identityRequest(
  env: Environment,
  resource: string,
  clientId: string | undefined,
): IdentityRequest | string {
  const query = (version: string): URLSearchParams =>
    new URLSearchParams({
      'api-version': version,
      resource,
      ...(clientId === undefined ? {} : { client_id: clientId }),
    });
  const endpoint = env['IDENTITY_ENDPOINT'];
  const header = env['IDENTITY_HEADER'];
  if (endpoint && header) {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    // It is always on the machine itself. Nobody else gets the header, which is a secret.
    if (!url || url.username || url.search || !(isLoopback(url) || isLinkLocal(url))) {
      return 'the environment variable IDENTITY_ENDPOINT is not a URL on this machine: correct it, or unset it';
    }
    url.search = query('2019-08-01').toString();
    return { url, headers: { 'x-identity-header': header }, service: 'the identity endpoint of the platform' };
  }
  if (endpoint) {
    return (
      'the environment variable IDENTITY_ENDPOINT is set without IDENTITY_HEADER, as on Azure Arc, which is not ' +
      'supported: give client_id and client_secret in credentials'
    );
  }
  const host = env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] || IMDS;
  const url = URL.canParse(host) ? new URL('/metadata/identity/oauth2/token', host) : undefined;
  if (!url) return 'the environment variable AZURE_POD_IDENTITY_AUTHORITY_HOST is not a URL: correct it, or unset it';
  const list = allowList(env);
  if (typeof list === 'string') return list;
  if (url.origin !== IMDS && !list.some((each) => each.ambient && each.origin === url.origin)) {
    return (
      `the environment variable AZURE_POD_IDENTITY_AUTHORITY_HOST leads to ${url.origin}: unset it, or have the operator ` +
      `of the server allow it with ${url.origin};${AMBIENT} in the plugin's environment variable ${ALLOW_LIST}`
    );
  }
  url.search = query('2018-02-01').toString();
  return { url, headers: { metadata: 'true' }, service: 'the Instance Metadata Service (IMDS)' };
}

function isLoopback({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
