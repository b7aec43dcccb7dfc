import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Wraps material as Google's guide to manual wrapping does, with the openssl command: a fresh AES-256 key in RSA-OAEP,
 * and the material in AES-KWP under it.
 */
export function wrapByOpenssl(pem: string, material: Buffer, hash: 'sha1' | 'sha256' = 'sha256'): string {
  const folder = mkdtempSync(join(tmpdir(), 'wrap-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): Buffer => execFileSync('openssl', args, { stdio: 'pipe' });
  try {
    writeFileSync(file('job.pem'), pem);
    writeFileSync(file('material'), material);
    openssl('rand', '-out', file('aes'), '32');
    openssl(
      ...['pkeyutl', '-encrypt', '-pubin', '-inkey', file('job.pem'), '-in', file('aes'), '-out', file('wrapped-aes')],
      ...['-pkeyopt', 'rsa_padding_mode:oaep', '-pkeyopt', `rsa_oaep_md:${hash}`, '-pkeyopt', `rsa_mgf1_md:${hash}`],
    );
    const key = readFileSync(file('aes')).toString('hex');
    openssl(
      ...['enc', '-id-aes256-wrap-pad', '-iv', 'A65959A6', '-K', key, '-in', file('material')],
      ...['-out', file('wrapped-material')],
    );
    return Buffer.concat([readFileSync(file('wrapped-aes')), readFileSync(file('wrapped-material'))]).toString(
      'base64',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
