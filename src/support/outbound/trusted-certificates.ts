import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { reasonOf } from '../reason-of.ts';
import { ConnectError } from './connect-error.ts';
import type { Environment } from './proxy-rules.ts';

/** Where Linux distributions keep the system's certificates, as in Go's crypto/x509: the first file that is there, */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
/** and all of these folders. */
const SYSTEM_FOLDERS = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

/**
 * The certificates that servers are verified against, by the first of these that is set:
 *
 * 1. `bundleVariable`, the variable of one cloud's SDKs (AWS_CA_BUNDLE): the certificates of this file only;
 * 2. SSL_CERT_FILE and SSL_CERT_DIR, as Go has them: in the place of the system's file and of its folders;
 * 3. nothing: the system's certificates, and those that Node.js comes with.
 *
 * NODE_EXTRA_CA_CERTS is added to each. As in Go, a certificate that is listed is trusted whether or not it is a root.
 * The files are read at the first use, and again only after a failure.
 *
 * @returns a function that throws {@link ConnectError} for a variable that names no readable certificate
 */
export function trustedCertificates(env: Environment, bundleVariable?: string): () => Promise<SecureContext> {
  let context: Promise<SecureContext> | undefined;
  const load = async (): Promise<SecureContext> => {
    const extra = await certificatesIn(env, 'NODE_EXTRA_CA_CERTS');
    const bundle = bundleVariable === undefined ? undefined : await certificatesIn(env, bundleVariable);
    const ca = [...(bundle ?? (await certificatesOfSystem(env))), ...(extra ?? [])];
    return createSecureContext({ ca: [...new Set(ca)], allowPartialTrustChain: true });
  };
  return () =>
    (context ??= load().catch((error: unknown) => {
      context = undefined;
      throw error;
    }));
}

async function certificatesOfSystem(env: Environment): Promise<readonly string[]> {
  const own = await certificatesIn(env, 'SSL_CERT_FILE');
  const folders = env['SSL_CERT_DIR'] ? env['SSL_CERT_DIR'].split(':') : SYSTEM_FOLDERS;
  const inFolders = (await Promise.all(folders.map(certificatesInFolder))).flat();
  if (env['SSL_CERT_DIR'] && inFolders.length === 0) {
    throw unusable('environment variable SSL_CERT_DIR names no folder with a certificate: correct it, or unset it');
  }
  if (env['SSL_CERT_FILE'] || env['SSL_CERT_DIR']) return [...(own ?? (await systemFile())), ...inFolders];
  return [...rootCertificates, ...(await systemFile()), ...inFolders];
}

/** The certificates of the file that a variable names; undefined where it is not set. */
async function certificatesIn(env: Environment, variable: string): Promise<readonly string[] | undefined> {
  const path = env[variable];
  if (!path) return undefined;
  const text = await readFile(path, 'latin1').catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? reasonOf(error);
    throw unusable(
      `environment variable ${variable} names a file that cannot be read (${code}): correct it, or unset it`,
    );
  });
  const certificates = certificatesOf(text).filter(isCertificate);
  if (certificates.length === 0) {
    throw unusable(
      `environment variable ${variable} names a file that holds no certificate in PEM: correct it, or unset it`,
    );
  }
  return certificates;
}

async function systemFile(): Promise<readonly string[]> {
  for (const path of SYSTEM_FILES) {
    const text = await readFile(path, 'latin1').catch(() => undefined);
    if (text !== undefined) return certificatesOf(text);
  }
  return [];
}

async function certificatesInFolder(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  // Many are links to the same certificates by their hash, and some are folders.
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1').catch(() => '')));
  return [...new Set(texts.flatMap(certificatesOf))];
}

/** The certificates of a PEM file in one form each, so that duplicates are found. */
function certificatesOf(text: string): readonly string[] {
  return [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)].map(
    ([, body = '']) => {
      const lines = body.replace(/\s/g, '').match(/.{1,64}/g) ?? [];
      return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
    },
  );
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}

function unusable(message: string): ConnectError {
  return new ConnectError('misconfigured', 'CERTIFICATES', message);
}
