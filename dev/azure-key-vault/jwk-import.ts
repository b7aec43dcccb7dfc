import { createECDH, createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';
import { badParameter } from './errors.ts';
import { readBytes, type Json } from './input.ts';
import { checkMaterial, CURVES, type Curve } from './key-material.ts';
import { familyOf, type KeyType } from './state.ts';

const RSA_MEMBERS = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/**
 * Material that a JSON Web Key holds in the clear (RFC 7518 §6), with its public and private members compared with each
 * other, as Node and OpenSSL do not.
 *
 * @throws {KeyVaultError} BadParameter
 */
export function materialOfJwk(kty: KeyType, jwk: Json, curve: Curve | undefined): KeyObject {
  switch (familyOf(kty)) {
    case 'RSA':
      return checkMaterial(kty, rsaKey(jwk), undefined);
    case 'EC':
      if (curve === undefined) throw badParameter("Property 'crv' is required");
      return checkMaterial(kty, ecKey(jwk, curve), curve);
    case 'oct':
      return checkMaterial(kty, createSecretKey(readBytes(jwk, 'k')), undefined);
  }
}

function rsaKey(jwk: Json): KeyObject {
  const bytes = Object.fromEntries(RSA_MEMBERS.map((name) => [name, readBytes(jwk, name)])) as Record<
    RsaMember,
    Buffer
  >;
  const { n, e, d, p, q, dp, dq, qi } = mapValues(bytes, (value) => BigInt(`0x${value.toString('hex')}`));
  const consistent =
    p > 1n &&
    q > 1n &&
    p * q === n &&
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    dp === d % (p - 1n) &&
    dq === d % (q - 1n) &&
    (qi * q) % p === 1n &&
    qi < p;
  if (!consistent) throw inconsistent('RSA');
  const key = mapValues(bytes, (value) => value.toString('base64url'));
  return createPrivateKey({ key: { kty: 'RSA', ...key }, format: 'jwk' });
}

type RsaMember = (typeof RSA_MEMBERS)[number];

function mapValues<Value>(from: Record<RsaMember, Buffer>, map: (value: Buffer) => Value): Record<RsaMember, Value> {
  return Object.fromEntries(RSA_MEMBERS.map((name) => [name, map(from[name])])) as Record<RsaMember, Value>;
}

function ecKey(jwk: Json, curve: Curve): KeyObject {
  const [d, x, y] = [readBytes(jwk, 'd'), readBytes(jwk, 'x'), readBytes(jwk, 'y')];
  const pair = createECDH(CURVES[curve]);
  try {
    pair.setPrivateKey(d);
  } catch {
    throw inconsistent('EC');
  }
  const point = pair.getPublicKey();
  const half = (point.length - 1) / 2;
  const sameNumber = (one: Buffer, other: Buffer): boolean =>
    BigInt(`0x${one.toString('hex')}`) === BigInt(`0x${other.toString('hex')}`);
  if (!sameNumber(x, point.subarray(1, 1 + half)) || !sameNumber(y, point.subarray(1 + half))) throw inconsistent('EC');
  const key = {
    kty: 'EC',
    crv: curve === 'P-256K' ? 'secp256k1' : curve,
    x: point.subarray(1, 1 + half).toString('base64url'),
    y: point.subarray(1 + half).toString('base64url'),
    d: Buffer.concat([Buffer.alloc(Math.max(0, half - d.length)), d]).toString('base64url'),
  };
  return createPrivateKey({ key, format: 'jwk' });
}

function inconsistent(family: string): Error {
  return badParameter(`The members of the ${family} key do not belong together.`);
}
