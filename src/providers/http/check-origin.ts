import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { ALLOW_LIST, allowList, AMBIENT, originOf } from './allow-list.ts';
import { isLinkLocal } from './link-local.ts';

export interface OriginToCheck {
  /** Scheme, host and port. */
  readonly url: string;
  /** Where it is set, in words: `credentials holds an endpoint`. */
  readonly holder: string;
  /** Whether an origin is one of the cloud's own. */
  readonly isOwn: (url: URL) => boolean;
  /** What the cloud's own are: `one of AWS KMS in us-west-1`. */
  readonly own: string;
  /** False if the credentials are the server's. */
  readonly hasOwnCredentials: boolean;
  /** The remedy that is not the operator's: `give access_key and secret_key in credentials`. */
  readonly ownCredentials: string;
  readonly env: Environment;
}

/**
 * Returns why keys and credentials must not be sent to an origin (where it is set, and remedy), or undefined. All clouds
 * refuse by this: an origin that is not the cloud's own has to be on the allow list.
 */
export function checkOrigin(given: OriginToCheck): string | undefined {
  const { url, holder, isOwn, own, hasOwnCredentials, ownCredentials, env } = given;
  const parsed = originOf(url);
  if (parsed === undefined) {
    return `${holder} that is not a URL: use https://host or http://host:port, without user, path and query`;
  }
  if (isOwn(parsed)) return undefined;
  const { origin } = parsed;
  if (isLinkLocal(parsed)) return `${holder}, ${origin}, that is link-local, as metadata services are: use another one`;
  const list = allowList(env);
  if (typeof list === 'string') return list;
  const allowed = list.find((each) => each.origin === origin);
  const entry = hasOwnCredentials ? origin : `"${origin};${AMBIENT}"`;
  const remedy =
    `with ${entry} in the plugin's environment variable ${ALLOW_LIST} (vault plugin register -env=${ALLOW_LIST}=…, ` +
    `or env of sys/plugins/catalog where the command has no -env; then vault plugin reload)`;
  if (!allowed) {
    return (
      `${holder}, ${origin}, that is not ${own}: ` +
      `leave it out, or have the operator of the server allow it ${remedy}`
    );
  }
  if (!hasOwnCredentials && !allowed.ambient) {
    return (
      `${holder}, ${origin}, that does not get the server's own credentials: ${ownCredentials}, or have the operator ` +
      `of the server allow it ${remedy}`
    );
  }
  return undefined;
}
