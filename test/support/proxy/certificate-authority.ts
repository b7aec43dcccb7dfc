import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its key, in PEM. */
export interface Issued {
  readonly key: string;
  /** With the intermediate certificate behind it. */
  readonly cert: string;
}

/** A certificate authority of a company: a root, and an intermediate that issues. Made by the openssl CLI. */
export interface CertificateAuthority {
  readonly root: string;
  readonly intermediate: string;
  /** Files that hold the two. */
  readonly rootFile: string;
  readonly intermediateFile: string;
  /** The folder of the two files alone. */
  readonly folder: string;
  /** Issues a certificate for host names and addresses. */
  issue(...names: readonly string[]): Issued;
  remove(): void;
}

export function certificateAuthority(): CertificateAuthority {
  const scratch = mkdtempSync(join(tmpdir(), 'ca-'));
  const folder = mkdtempSync(join(tmpdir(), 'ca-certs-'));
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: scratch, stdio: 'pipe' });
  };
  const read = (name: string): string => readFileSync(join(scratch, name), 'utf8');
  const newKey = (name: string): void => {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
  };
  const sign = (name: string, issuer: string, extensions: readonly string[]): void => {
    newKey(name);
    writeFileSync(join(scratch, `${name}.ext`), extensions.join('\n'));
    openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=test ${name}`, '-out', `${name}.csr`);
    const from = ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...from, '-extfile', `${name}.ext`, '-out', `${name}.pem`);
  };
  const isCa = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'];
  newKey('root');
  const extensions = isCa.flatMap((extension) => ['-addext', extension]);
  openssl('req', '-x509', '-new', '-key', 'root.key', '-subj', '/CN=test root', ...extensions, '-out', 'root.pem');
  sign('intermediate', 'root', isCa);
  const files = ['root', 'intermediate'].map((name) => {
    const path = join(folder, `${name}.pem`);
    writeFileSync(path, read(`${name}.pem`));
    return path;
  });
  const [rootFile = '', intermediateFile = ''] = files;
  let issued = 0;
  return {
    root: read('root.pem'),
    intermediate: read('intermediate.pem'),
    rootFile,
    intermediateFile,
    folder,
    issue(...names) {
      const name = `server-${++issued}`;
      const alternatives = names.map((each) => (/^[\d.]+$/.test(each) ? `IP:${each}` : `DNS:${each}`));
      sign(name, 'intermediate', [`subjectAltName=${alternatives.join(',')}`, 'extendedKeyUsage=serverAuth']);
      return { key: read(`${name}.key`), cert: read(`${name}.pem`) + read('intermediate.pem') };
    },
    remove() {
      rmSync(scratch, { recursive: true });
      rmSync(folder, { recursive: true });
    },
  };
}
