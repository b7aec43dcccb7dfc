import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { WallClock } from '../support/clock.ts';
import { secret, type Secret } from '../support/secret.ts';
import * as der from './der.ts';

/** A key and its certificate, both ways round a TLS connection. */
export interface CertifiedKey {
  /** PKCS#8 PEM. */
  readonly key: Secret<string>;
  /** X.509 PEM. */
  readonly certificate: string;
  /** The same certificate in DER. */
  readonly der: Buffer;
}

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** For clocks that disagree a little; both ends run on one machine, but not always in one container. */
const BACKDATE_MS = 5 * 60_000;
/** As long as go-plugin's own: a plugin may run for years, and nothing renews the certificate. */
const LIFETIME_YEARS = 30;
const NAME = 'localhost';

/**
 * Makes a P-256 key and a self-signed certificate for it (RFC 5280), good for `localhost` as a server and as a client:
 * the plugin is the server of the host's calls and the client of the brokered connection, with one identity.
 */
export function selfSignedCertificate(clock: WallClock): CertifiedKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
  const name = der.sequence(der.set(der.sequence(der.objectIdentifier(OID.commonName), der.utf8String(NAME))));
  const body = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(serialNumber()),
    algorithm,
    name,
    validity(clock.now()),
    name,
    spki,
    der.explicit(3, der.sequence(...extensions(spki))),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = der.sequence(body, algorithm, der.bitString(signature));
  return {
    key: secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    certificate: pem(certificate),
    der: certificate,
  };
}

// Positive, and short enough for the 20 octets of RFC 5280 section 4.1.2.2.
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function validity(now: number): Buffer {
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + LIFETIME_YEARS);
  return der.sequence(der.time(now - BACKDATE_MS), der.time(end.getTime()));
}

// Not a CA: both ends put the certificate itself into their pool of roots.
function extensions(spki: Buffer): Buffer[] {
  const usages = [OID.serverAuth, OID.clientAuth].map(der.objectIdentifier);
  const keyIdentifier = createHash('sha256').update(spki).digest().subarray(0, 20);
  const digitalSignature = der.bitString(Buffer.from([0x80]), 7);
  return [
    extension(OID.basicConstraints, true, der.sequence()),
    extension(OID.keyUsage, true, digitalSignature),
    extension(OID.extendedKeyUsage, false, der.sequence(...usages)),
    extension(OID.subjectKeyIdentifier, false, der.octetString(keyIdentifier)),
    extension(OID.authorityKeyIdentifier, false, der.sequence(der.implicit(0, keyIdentifier))),
    extension(OID.subjectAltName, false, der.sequence(der.implicit(2, Buffer.from(NAME, 'ascii')))),
  ];
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(oid), ...flag, der.octetString(value));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
