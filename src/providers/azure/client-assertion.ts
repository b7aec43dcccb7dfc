import {
  constants,
  createHash,
  createPrivateKey,
  randomUUID,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import type { Secret } from '../../support/secret.ts';

/** How long an assertion is valid, in seconds: it is used once. */
const LIFETIME = 600;

/** An assertion that cannot be made; the message has the remedy and no secret. */
export class UnusableCertificate extends Error {}

/**
 * Makes a client assertion (RFC 7523): a JWT that says who the client is, signed with PS256 by the key of its certificate,
 * which `x5t#S256` names (Microsoft Entra ID, "Certificate credentials").
 *
 * @param pem - the certificate and its private key, which may be encrypted
 * @param audience - the token endpoint
 * @param now - milliseconds since the Unix epoch
 * @throws {UnusableCertificate}
 */
export function clientAssertion(
  pem: string,
  password: Secret<string> | undefined,
  clientId: string,
  audience: string,
  now: number,
): string {
  const { certificate, key } = read(pem, password);
  const at = Math.floor(now / 1000);
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  const head = { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint };
  const claims = {
    aud: audience,
    iss: clientId,
    sub: clientId,
    jti: randomUUID(),
    // Their clock may be behind ours.
    nbf: at - 60,
    iat: at,
    exp: at + LIFETIME,
  };
  const signed = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(signed), {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
  return `${signed}.${signature.toString('base64url')}`;
}

function read(pem: string, password: Secret<string> | undefined): { certificate: X509Certificate; key: KeyObject } {
  const [block] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? [];
  if (block === undefined) throw new UnusableCertificate('it holds no certificate in PEM (a PFX file is not read)');
  const [keyBlock] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^]+?-----END \1-----/.exec(pem) ?? [];
  if (keyBlock === undefined) throw new UnusableCertificate('it holds no private key in PEM');
  let certificate: X509Certificate;
  let key: KeyObject;
  try {
    certificate = new X509Certificate(block);
    key = createPrivateKey({ key: keyBlock, ...(password && { passphrase: password.reveal() }) });
  } catch {
    throw new UnusableCertificate('its certificate or private key cannot be read, or the password is wrong');
  }
  if (key.asymmetricKeyType !== 'rsa') throw new UnusableCertificate('its key is not RSA');
  if (!certificate.checkPrivateKey(key))
    throw new UnusableCertificate('its private key is not that of the certificate');
  return { certificate, key };
}
