import { X509Certificate } from 'node:crypto';
import type { WallClock } from '../support/clock.ts';
import type { Secret } from '../support/secret.ts';
import { selfSignedCertificate } from './certificate.ts';
import type { Environment } from './plugin-process.ts';

/** One identity for both directions, and the one certificate that is trusted on the other side. */
export interface MutualTls {
  /** PKCS#8 PEM. */
  readonly key: Secret<string>;
  /** X.509 PEM. */
  readonly certificate: string;
  /** PEM of what the host must present, as a client here and as a server on the brokered connection. */
  readonly trusted: string;
  /** Name in the host's certificate, verified on the brokered connection. */
  readonly serverName: string;
  /** DER for the handshake line, where the host learns our certificate from it (AutoMTLS). */
  readonly announce?: Uint8Array;
}

/** How the connections between host and plugin are protected; undefined is plaintext. */
export type TransportSecurity = MutualTls | undefined;

/** Gives TLS material from elsewhere to a host that does not ask for AutoMTLS, or undefined for plaintext. */
export type TlsProvider = () => Promise<TransportSecurity>;

/**
 * Settles how to protect the connections: AutoMTLS where the host passes its certificate in `PLUGIN_CLIENT_CERT`, else
 * what `provider` says.
 *
 * @throws {Error} when what the host passes is no certificate: it would be turned away with every call
 */
export async function transportSecurity(
  env: Environment,
  clock: WallClock,
  provider: TlsProvider | undefined,
): Promise<TransportSecurity> {
  const hostCertificate = env['PLUGIN_CLIENT_CERT'];
  if (!hostCertificate) return provider?.();
  if (!isCertificate(hostCertificate)) throw new Error('PLUGIN_CLIENT_CERT holds no certificate in PEM');
  const own = selfSignedCertificate(clock);
  return {
    key: own.key,
    certificate: own.certificate,
    trusted: hostCertificate,
    serverName: 'localhost',
    announce: own.der,
  };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
