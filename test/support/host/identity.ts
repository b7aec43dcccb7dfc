import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key with its self-signed certificate, made by the openssl CLI. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
  /** SEC1 DER, as Vault sends it in the legacy mode. */
  readonly sec1: Buffer;
}

/** As go-plugin's host has it for AutoMTLS: P-521, a CA, for localhost. */
export function autoMtlsIdentity(): Identity {
  const constraints = ['basicConstraints=critical,CA:TRUE', 'extendedKeyUsage=clientAuth,serverAuth'];
  const usage = 'keyUsage=digitalSignature,keyEncipherment,keyAgreement,keyCertSign';
  return makeIdentity('localhost', [...constraints, usage]);
}

/** As Vault 1.11 wraps it for a plugin: P-521, named by a UUID, without basic constraints. */
export function legacyIdentity(name: string): Identity {
  return makeIdentity(name, ['extendedKeyUsage=clientAuth,serverAuth', 'keyUsage=digitalSignature,keyAgreement']);
}

function makeIdentity(name: string, extensions: readonly string[]): Identity {
  const folder = mkdtempSync(join(tmpdir(), 'identity-'));
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  try {
    openssl('ecparam', '-name', 'secp521r1', '-genkey', '-noout', '-out', 'key.pem');
    const lines = ['[req]', 'distinguished_name=dn', 'x509_extensions=v3', 'prompt=no', '[dn]', `CN=${name}`, '[v3]'];
    const config = [...lines, `subjectAltName=DNS:${name}`, ...extensions, ''].join('\n');
    execFileSync('sh', ['-c', 'cat > openssl.cnf'], { cwd: folder, input: config });
    openssl('req', '-x509', '-new', '-key', 'key.pem', '-config', 'openssl.cnf', '-days', '2', '-out', 'cert.pem');
    return {
      key: readFileSync(join(folder, 'key.pem'), 'utf8'),
      certificate: readFileSync(join(folder, 'cert.pem'), 'utf8'),
      sec1: openssl('ec', '-in', 'key.pem', '-outform', 'DER'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
