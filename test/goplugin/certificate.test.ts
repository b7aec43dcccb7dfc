import { execFileSync } from 'node:child_process';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../src/goplugin/certificate.ts';
import * as der from '../../src/goplugin/der.ts';

const asn1 = (bytes: Uint8Array): string =>
  execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: bytes, encoding: 'utf8' });

const openssl = (input: string, ...args: string[]): string =>
  execFileSync('openssl', args, { input, encoding: 'utf8' });

describe('the certificate of the plugin', () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5);

  it('is that of its key, and signed with it', () => {
    const { certificate, key } = selfSignedCertificate({ now: () => now });
    const parsed = new X509Certificate(certificate);
    expect(parsed.checkPrivateKey(createPrivateKey(key.reveal()))).toBe(true);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
  });

  it('does not show its key', () => {
    expect(inspect(selfSignedCertificate({ now: () => now }))).toContain('key: [redacted]');
  });

  it('is the same in PEM and in DER', () => {
    const made = selfSignedCertificate({ now: () => now });
    expect(new X509Certificate(made.certificate).raw.equals(made.der)).toBe(true);
    expect(openssl(made.certificate, 'x509')).toBe(made.certificate);
  });

  it('is valid from five minutes ago, for 30 years', () => {
    const { certificate } = selfSignedCertificate({ now: () => now });
    const dates = openssl(certificate, 'x509', '-noout', '-dates');
    expect(dates).toContain('notBefore=Jan  2 02:59:05 2026 GMT');
    expect(dates).toContain('notAfter=Jan  2 03:04:05 2056 GMT');
  });

  it('has a positive serial number of at most 20 octets, another one each time', () => {
    const serials = Array.from({ length: 8 }, () =>
      openssl(selfSignedCertificate({ now: () => now }).certificate, 'x509', '-noout', '-serial').trim(),
    );
    for (const serial of serials) expect(serial).toMatch(/^serial=[4-7][0-9A-F]{31}$/);
    expect(new Set(serials).size).toBe(serials.length);
  });
});

describe('the DER writer, as openssl reads it', () => {
  it.each([
    [Buffer.from([0]), ':00'],
    [Buffer.from([0x7f]), ':7F'],
    [Buffer.from([0x80]), ':80'],
    [Buffer.from([0, 0, 1, 2]), ':0102'],
    [Buffer.alloc(20, 0xff), `:${'FF'.repeat(20)}`],
  ])('writes the integer %o', (octets, expected) => {
    const line = asn1(der.integer(octets)).trim();
    expect(line).toContain('prim: INTEGER');
    expect(line.endsWith(expected)).toBe(true);
  });

  it.each([
    ['2.5.4.3', 'commonName'],
    ['1.2.840.10045.4.3.2', 'ecdsa-with-SHA256'],
    ['1.3.6.1.5.5.7.3.2', 'TLS Web Client Authentication'],
    ['2.999.3', '2.999.3'],
  ])('writes the object identifier %s', (dotted, name) => {
    expect(asn1(der.objectIdentifier(dotted))).toContain(`:${name}`);
  });

  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536])('writes a length of %d', (length) => {
    const line = asn1(der.octetString(Buffer.alloc(length)));
    expect(line).toMatch(new RegExp(`l= *${length} prim: OCTET STRING`));
  });

  it.each([
    [Date.UTC(2049, 11, 31, 23, 59, 59), 'UTCTIME', ':491231235959Z'],
    [Date.UTC(2050, 0, 1), 'GENERALIZEDTIME', ':20500101000000Z'],
  ])('writes the time %d as %s', (time, type, text) => {
    const line = asn1(der.time(time)).trim();
    expect(line).toContain(type);
    expect(line.endsWith(text)).toBe(true);
  });
});
