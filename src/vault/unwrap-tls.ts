import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { PluginProcess } from '../goplugin/plugin-process.ts';
import type { MutualTls, TlsProvider } from '../goplugin/transport-security.ts';
import { inMetadataMode, serverVariable } from './environment.ts';
import { serverTrust } from './server-trust.ts';
import { putNull } from './server-request.ts';
import { isJsonObject } from '../logical/index.ts';
import { secret, type Secret } from '../support/secret.ts';

/**
 * TLS as servers without AutoMTLS have it (Vault 1.11; protocol 3 and 4 elsewhere): a certificate, with its key, that
 * both sides use, fetched with the wrapping token of `VAULT_UNWRAP_TOKEN`. Plaintext in metadata mode, and for a host
 * that gives no token.
 */
export function unwrapTlsProvider({ env, args }: Pick<PluginProcess, 'env' | 'args'>): TlsProvider {
  return async () => {
    if (serverVariable(env, 'PLUGIN_AUTOMTLS_ENABLED') === 'true' || inMetadataMode(env)) return undefined;
    const given = serverVariable(env, 'UNWRAP_TOKEN');
    if (!given) return undefined;
    const token = secret(given);
    const url = new URL('/v1/sys/wrapping/unwrap', addressClaim(token));
    return fromUnwrapped(await putNull(url, token, await serverTrust(env, args)));
  };
}

/**
 * The server's own address (its `api_addr`) from the claims of the token. The signature is the server's affair, which
 * alone knows the key.
 *
 * @throws {Error} with the texts of Vault's own plugins
 */
function addressClaim(token: Secret<string>): string {
  const claims = parseJson(Buffer.from(token.reveal().split('.')[1] ?? '', 'base64url').toString('utf8'));
  if (!isJsonObject(claims) || !('addr' in claims)) throw new Error('could not validate addr claim');
  const { addr } = claims;
  if (typeof addr !== 'string') throw new Error('could not parse addr claim');
  if (addr === '') throw new Error('no vault api_addr found');
  return addr;
}

function fromUnwrapped(answer: Secret<string>): MutualTls {
  const body = parseJson(answer.reveal());
  const data = isJsonObject(body) ? body['data'] : undefined;
  const { ServerCert: encodedCertificate, ServerKey: encodedKey } = isJsonObject(data) ? data : {};
  if (typeof encodedCertificate !== 'string' || typeof encodedKey !== 'string') {
    throw new Error('the unwrapped answer holds no ServerCert and ServerKey');
  }
  const der = Buffer.from(encodedKey, 'base64');
  try {
    const certificate = new X509Certificate(Buffer.from(encodedCertificate, 'base64'));
    const key = createPrivateKey({ key: der, format: 'der', type: 'sec1' });
    return {
      key: secret(key.export({ type: 'pkcs8', format: 'pem' }).toString()),
      certificate: certificate.toString(),
      trusted: certificate.toString(),
      serverName: commonName(certificate),
    };
  } finally {
    der.fill(0);
  }
}

function commonName(certificate: X509Certificate): string {
  const line = certificate.subject.split('\n').find((part) => part.startsWith('CN='));
  if (!line) throw new Error('the unwrapped certificate has no common name');
  return line.slice('CN='.length);
}

// Its message would quote the text, which holds a token or a key.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
