import type { AgentOptions } from './agents.ts';
import { proxyRules, type Environment } from './proxy-rules.ts';
import { trustedCertificates } from './trusted-certificates.ts';

/** How requests get out of this process: the proxy of each destination, and the certificates that are trusted. */
export type Outbound = Pick<AgentOptions, 'route' | 'secureContext'>;

/**
 * Reads the way out from the environment. One is enough for all clouds that share it: parsing the certificates takes longer
 * than a request.
 *
 * @param bundleVariable - the variable of one cloud's SDKs that names certificates (AWS_CA_BUNDLE)
 */
export function outboundOf(env: Environment, bundleVariable?: string): Outbound {
  return { route: proxyRules(env), secureContext: trustedCertificates(env, bundleVariable) };
}
