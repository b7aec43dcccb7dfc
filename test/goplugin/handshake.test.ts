import { describe, expect, it } from 'vitest';
import { handshakeLine } from '../../src/goplugin/handshake.ts';
import { negotiateVersion } from '../../src/goplugin/protocol-version.ts';

const plain = {
  protocolVersion: 5,
  network: 'unix',
  address: '/tmp/plugin1',
  certificate: undefined,
  multiplexing: undefined,
} as const;

describe('the handshake line', () => {
  it('has five bars and an empty certificate in plaintext', () => {
    expect(handshakeLine(plain)).toBe('1|5|unix|/tmp/plugin1|grpc|\n');
  });

  it.each([
    [Buffer.from([0xfb]), '+w'],
    [Buffer.from([0xfb, 0xff]), '+/8'],
    [Buffer.from([0xfb, 0xff, 0xfe]), '+//+'],
  ])('has the certificate in standard base64 without padding', (certificate, expected) => {
    expect(handshakeLine({ ...plain, certificate })).toBe(`1|5|unix|/tmp/plugin1|grpc|${expected}\n`);
  });

  it('has a seventh field for a host that asks for it', () => {
    expect(handshakeLine({ ...plain, multiplexing: false })).toBe('1|5|unix|/tmp/plugin1|grpc||false\n');
  });
});

describe('the protocol version', () => {
  it.each([
    [undefined, 3],
    ['', 3],
    ['3', 3],
    ['4,3', 4],
    ['3,4', 4],
    ['3,5,4', 5],
    ['5', 5],
    [' 5 , 4', 5],
    ['50', 3],
    ['6,2', 3],
  ])('for an offer of %j is %d', (offered, expected) => {
    expect(negotiateVersion(offered, [5, 4, 3])).toBe(expected);
    expect(negotiateVersion(offered, [3, 4, 5])).toBe(expected);
  });
});
