import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startKms } from '../../dev/aws-kms/kms.ts';
import { trustedCertificates } from '../../src/support/outbound/trusted-certificates.ts';
import { certificateAuthority, type CertificateAuthority } from '../support/proxy/certificate-authority.ts';
import { startTlsFront, type TlsFront } from '../support/proxy/tls-front.ts';

let ca: CertificateAuthority;
let other: CertificateAuthority;
let front: TlsFront;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  [ca, other] = [certificateAuthority(), certificateAuthority()];
  const kms = await startKms({ accessKeys: [] });
  front = await startTlsFront(ca.issue('localhost'), kms.url);
  closing.push(
    () => front.close(),
    () => kms.close(),
  );
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  ca.remove();
  other.remove();
});

type Env = Readonly<Record<string, string>>;

/** What comes of a handshake with a server of `ca`: the error's code, or `trusted`. */
async function handshake(env: Env): Promise<string> {
  const secureContext = await trustedCertificates(env, 'AWS_CA_BUNDLE')();
  return new Promise((resolve) => {
    const socket = connect({ host: 'localhost', port: front.port, servername: 'localhost', secureContext }, () => {
      socket.destroy();
      resolve('trusted');
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code ?? '');
    });
  });
}

const UNTRUSTED = 'SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_GET_ISSUER_CERT_LOCALLY';

describe('trustedCertificates', () => {
  it.each<[string, (own: CertificateAuthority, foreign: CertificateAuthority) => Env]>([
    ['AWS_CA_BUNDLE', (own) => ({ AWS_CA_BUNDLE: own.rootFile })],
    ['SSL_CERT_FILE', (own) => ({ SSL_CERT_FILE: own.rootFile })],
    ['SSL_CERT_DIR', (own) => ({ SSL_CERT_DIR: `/nonexistent:${own.folder}` })],
    [
      'SSL_CERT_DIR beside SSL_CERT_FILE',
      (own, foreign) => ({ SSL_CERT_DIR: own.folder, SSL_CERT_FILE: foreign.rootFile }),
    ],
    ['NODE_EXTRA_CA_CERTS', (own) => ({ NODE_EXTRA_CA_CERTS: own.rootFile })],
    [
      'NODE_EXTRA_CA_CERTS beside AWS_CA_BUNDLE',
      (own, foreign) => ({ NODE_EXTRA_CA_CERTS: own.rootFile, AWS_CA_BUNDLE: foreign.rootFile }),
    ],
    ['AWS_CA_BUNDLE, if it holds the issuer alone, as in Go', (own) => ({ AWS_CA_BUNDLE: own.intermediateFile })],
  ])('trusts the certificates of %s', async (_title, env) => {
    expect(await handshake(env(ca, other))).toBe('trusted');
  });

  it.each<[string, (own: CertificateAuthority, foreign: CertificateAuthority) => Env]>([
    ['the system and Node.js if nothing else is set', () => ({})],
    [
      'AWS_CA_BUNDLE alone if it is set',
      (own, foreign) => ({ AWS_CA_BUNDLE: foreign.rootFile, SSL_CERT_FILE: own.rootFile, SSL_CERT_DIR: own.folder }),
    ],
    ['SSL_CERT_DIR', (_own, foreign) => ({ SSL_CERT_DIR: foreign.folder })],
  ])('trusts no others than those of %s', async (_title, env) => {
    expect(await handshake(env(ca, other))).toMatch(new RegExp(`^(${UNTRUSTED})$`));
  });

  describe('refuses', () => {
    let file: string;
    beforeEach(() => {
      file = `${other.folder}/of-a-test.pem`;
    });
    afterEach(() => {
      rmSync(file, { force: true });
    });

    it.each(['AWS_CA_BUNDLE', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])(
      'a file of %s that is not there, until it is',
      async (name) => {
        const context = trustedCertificates({ [name]: file }, 'AWS_CA_BUNDLE');
        const refusal = `environment variable ${name} names a file that cannot be read (ENOENT): correct it, or unset it`;
        await expect(context()).rejects.toMatchObject({ problem: 'misconfigured', message: refusal });
        writeFileSync(file, ca.root);
        await context();
      },
    );

    it.each([
      ['no PEM', 'certificates'],
      ['PEM of a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
      ['PEM of nothing', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ])('a file with %s', async (_title, text) => {
      writeFileSync(file, text);
      await expect(trustedCertificates({ AWS_CA_BUNDLE: file }, 'AWS_CA_BUNDLE')()).rejects.toThrow(
        'AWS_CA_BUNDLE names a file that holds no certificate in PEM: correct it, or unset it',
      );
    });

    it('folders without a certificate', async () => {
      await expect(trustedCertificates({ SSL_CERT_DIR: '/nonexistent' }, 'AWS_CA_BUNDLE')()).rejects.toThrow(
        'SSL_CERT_DIR names no folder with a certificate',
      );
    });
  });
});
