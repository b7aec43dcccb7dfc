import { execFileSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonVenv } from './python-venv.ts';

/** Hash of OAEP and of its mask generation. */
type Hash = 'sha1' | 'sha256';

/** Somebody else's CKM_RSA_AES_KEY_WRAP. */
export interface EnvelopeJudge {
  readonly name: string;
  wrap(publicKey: KeyObject, material: Buffer, hash: Hash): Buffer;
  unwrap(privateKey: KeyObject, wrapped: Buffer, hash: Hash): Buffer;
  /** Why this machine does not have it. */
  readonly missing?: string;
}

const pem = (key: KeyObject): string =>
  key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }).toString();

const oaep = (hash: Hash): readonly string[] =>
  ['rsa_padding_mode:oaep', `rsa_oaep_md:${hash}`, `rsa_mgf1_md:${hash}`].flatMap((option) => ['-pkeyopt', option]);
const KWP = ['enc', '-id-aes256-wrap-pad', '-iv', 'A65959A6', '-K'];

/** The openssl command; files, because that is what it reads. */
export const opensslJudge: EnvelopeJudge = {
  name: 'openssl',
  wrap: (publicKey, material, hash) =>
    inFolder((file, openssl) => {
      const aes = openssl('rand', '32');
      const key = ['-pubin', '-inkey', file('kek.pem', pem(publicKey))];
      const wrappedKey = openssl('pkeyutl', '-encrypt', ...key, ...oaep(hash), '-in', file('aes', aes));
      return Buffer.concat([wrappedKey, openssl(...KWP, aes.toString('hex'), '-in', file('material', material))]);
    }),
  unwrap: (privateKey, wrapped, hash) =>
    inFolder((file, openssl) => {
      const modulus = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
      const key = ['-inkey', file('kek.pem', pem(privateKey))];
      const aes = openssl(
        'pkeyutl',
        '-decrypt',
        ...key,
        ...oaep(hash),
        '-in',
        file('key', wrapped.subarray(0, modulus)),
      );
      return openssl(...KWP, aes.toString('hex'), '-d', '-in', file('material', wrapped.subarray(modulus)));
    }),
};

function inFolder(
  work: (
    file: (name: string, content: string | Buffer) => string,
    openssl: (...args: readonly string[]) => Buffer,
  ) => Buffer,
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'envelope-'));
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    return work(file, (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Python's `cryptography`, in a venv of its own. */
export async function pythonJudge(): Promise<EnvelopeJudge> {
  const venv = await pythonVenv('wrap', ['cryptography==46.0.3']);
  const script = readFileSync(join(import.meta.dirname, 'envelope.py'), 'utf8');
  const ask = (work: 'wrap' | 'unwrap', key: KeyObject, data: Buffer, hash: Hash): Buffer => {
    if (venv.missing !== undefined) throw new Error(venv.missing);
    const input = JSON.stringify({ do: work, hash, pem: pem(key), data: data.toString('base64') });
    const options = { input, encoding: 'utf8' } as const;
    return Buffer.from(execFileSync(join(venv.bin, 'python'), ['-c', script], options), 'base64');
  };
  return {
    name: "Python's cryptography",
    wrap: (publicKey, material, hash) => ask('wrap', publicKey, material, hash),
    unwrap: (privateKey, wrapped, hash) => ask('unwrap', privateKey, wrapped, hash),
    ...(venv.missing === undefined ? {} : { missing: venv.missing }),
  };
}
