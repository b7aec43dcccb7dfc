import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { knownSecrets, refuseLeaks, type Leak } from '../../dev/secrecy/known-secrets.ts';

// One piece, so that each encoding has to be found by itself.
const bytes = Buffer.from('00ff5c22998fabcdef4fee0d0a25341f', 'hex');
const within = (before: number, secret = bytes): Buffer =>
  Buffer.concat([Buffer.alloc(before, 7), secret, Buffer.alloc(5, 9)]);

function leaks(secret: Uint8Array, text: string | Uint8Array): readonly Leak[] {
  const known = knownSecrets();
  known.add('key', secret);
  return known.leaksIn([{ where: 'log', text }]);
}

const around = (seen: string): string => `before ${seen} after`;

describe('the search for secrets finds', () => {
  it.each([
    ['raw', Buffer.concat([Buffer.from('before '), bytes])],
    ['text of one character a byte', around(bytes.toString('latin1'))],
    ['raw', [...bytes].map((byte) => String.raw`\x${byte.toString(16).padStart(2, '0')}`).join('')],
    [
      'text of one character a byte',
      [...bytes].map((byte) => String.raw`\u${byte.toString(16).padStart(4, '0')}`).join(''),
    ],
    ['text of one character a byte', JSON.stringify({ seen: bytes.toString('latin1') })],
    ['text with replacement characters', around(bytes.toString('utf8'))],
    ['text with replacement characters', JSON.stringify(JSON.stringify({ seen: bytes.toString('utf8') }))],
    ['hex', around(bytes.toString('hex'))],
    ['hex', around(inspect(bytes))],
    ['hex', around(bytes.toString('hex').replace(/../g, '$&:'))],
    ['hex in upper case', around(bytes.toString('hex').toUpperCase())],
    ['decimal bytes', JSON.stringify(bytes)],
    ['decimal bytes', inspect(new Uint8Array(within(3)))],
    ['decimal bytes', `[${[...bytes].join(' ')}]`],
    ['decimal number', around(BigInt(`0x${bytes.toString('hex')}`).toString())],
    ['base64', around(bytes.toString('base64'))],
    ['base64', within(1).toString('base64')],
    ['base64', within(2).toString('base64')],
    ['base64', encodeURIComponent(bytes.toString('base64'))],
    [
      'base64',
      bytes
        .toString('base64')
        .replaceAll('/', String.raw`\/`)
        .replaceAll('+', String.raw`\u002b`),
    ],
    ['base64', within(1).toString('base64').replace(/.{4}/g, '$&\\n')],
    ['base64url', within(3).toString('base64url')],
    ['base64url', within(4).toString('base64url')],
    ['base64url', within(5).toString('base64url')],
  ])('%s (%#)', (as, seen) => {
    expect(leaks(bytes, seen)).toContainEqual({ what: 'key', where: 'log', as });
  });

  it.each([
    ['as it is', (text: string) => text],
    ['in JSON', (text: string) => JSON.stringify({ text })],
    ['in JSON in JSON', (text: string) => JSON.stringify(JSON.stringify({ text }))],
    ['in a URL', (text: string) => encodeURIComponent(text)],
    ['in a URL twice', (text: string) => encodeURIComponent(encodeURIComponent(text))],
    ['inspected', (text: string) => inspect({ text })],
    ['in base64 of JSON', (text: string) => Buffer.from(JSON.stringify({ text })).toString('base64')],
  ])('a credential %s', (_how, encode) => {
    const credential = 'wJalr/XU+tn "FE\\MI\nK7%4DENG=\tbPxü';
    expect(leaks(Buffer.from(credential), encode(credential))).not.toEqual([]);
  });

  it.each([
    ['the 50 bytes of a buffer that inspect shows', (secret: Buffer) => inspect(secret)],
    ['the start of a line that was cut', (secret: Buffer) => secret.toString('base64').slice(0, 30)],
    ['a line of a hex dump', (secret: Buffer) => secret.subarray(64, 96).toString('hex')],
    ['the last bytes', (secret: Buffer) => secret.subarray(-16).toString('hex')],
  ])('a part: %s', (_part, show) => {
    const secret = Buffer.concat([
      bytes,
      Buffer.from(bytes).reverse(),
      Buffer.alloc(100, 'unlikely'),
      Buffer.from('the last 8'),
    ]);
    expect(leaks(secret, show(secret))).not.toEqual([]);
  });

  it('the header of a private key that nobody has told it', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(leaks(bytes, Buffer.from(pem).toString('base64'))).not.toEqual([]);
    expect(leaks(bytes, JSON.stringify(pem))).toEqual([{ what: 'a private key', where: 'log', as: 'PEM' }]);
    expect(() => {
      refuseLeaks(leaks(bytes, pem));
    }).toThrow('secrets were seen: a private key in log as PEM');
  });
});

describe.each([
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, ['pkcs1', 'pkcs8'] as const],
  ['EC', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, ['sec1', 'pkcs8'] as const],
  ['EC of P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey, ['sec1', 'pkcs8'] as const],
])('of a stored %s key, the search finds', (_type, key, containers) => {
  const stored = key.export({ type: 'pkcs8', format: 'der' });
  const jwk = key.export({ format: 'jwk' });
  const numbers = (['d', 'p', 'q', 'dp', 'dq', 'qi'] as const).filter((name) => jwk[name] !== undefined);
  const namesIn = (text: string | Uint8Array): readonly string[] => [
    ...new Set(leaks(stored, text).map(({ as }) => as.split(' in ')[0] ?? '')),
  ];
  // Without the header, which is found by itself.
  const body = (pem: string): string => pem.split('\n').slice(1, -2).join('\n');

  it.each(containers)('%s', (type) => {
    const pem = body(key.export({ type, format: 'pem' }).toString());
    const der = key.export({ type, format: 'der' });
    for (const seen of [
      pem,
      pem.replaceAll('\n', '\r\n'),
      JSON.stringify(pem),
      JSON.stringify(JSON.stringify(pem)),
      encodeURIComponent(pem),
      pem.replaceAll('\n', '').replace(/.{76}/g, '$&\n'),
      der,
      der.toString('hex'),
      der.toString('base64'),
      der.toString('base64url'),
      JSON.stringify(der),
      Buffer.from(pem).toString('base64'),
    ]) {
      expect(namesIn(seen)).toEqual(expect.arrayContaining(numbers));
    }
  });

  it.each(numbers)('the number %s alone', (name) => {
    const number = Buffer.from(jwk[name] ?? '', 'base64url');
    const decimal = BigInt(`0x${number.toString('hex')}`).toString();
    for (const seen of [JSON.stringify({ [name]: jwk[name] }), number, number.toString('hex'), decimal]) {
      expect(namesIn(seen)).toEqual([name]);
    }
  });

  it('what openssl prints of it', () => {
    const text = execFileSync('openssl', ['pkey', '-inform', 'DER', '-noout', '-text'], { input: stored });
    expect(namesIn(text)).toEqual(expect.arrayContaining(numbers));
  });

  it('nothing in its public key, nor in another private key', () => {
    const publicKey = createPublicKey(key);
    expect(leaks(stored, publicKey.export({ type: 'spki', format: 'pem' }).toString())).toEqual([]);
    expect(leaks(stored, JSON.stringify(publicKey.export({ format: 'jwk' })))).toEqual([]);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(leaks(stored, other.export({ type: 'pkcs8', format: 'der' }).toString('base64'))).toEqual([]);
  });
});

it('the search for secrets finds nothing where there is nothing', () => {
  const other = Buffer.from(bytes).reverse();
  const text = other.toString('base64') + other.toString('hex') + bytes.subarray(0, 8).toString('hex');
  expect(leaks(bytes, text)).toEqual([]);
});
