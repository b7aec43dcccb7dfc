import { createSecretKey, generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { readChanges, readKeyOps } from './attributes.ts';
import { bundle } from './bundles.ts';
import { openTransferBlob } from './byok.ts';
import { badParameter, notSupported } from './errors.ts';
import {
  optionalBytes,
  optionalFlag,
  optionalInteger,
  optionalText,
  readObject,
  readText,
  type Json,
} from './input.ts';
import { materialOfJwk } from './jwk-import.ts';
import { CURVES, materialOf, OCT_BITS, RSA_BITS, type Curve } from './key-material.ts';
import { findForNewVersion, isKeyName } from './look-up.ts';
import type { OperationCall, Operations, Output } from './operation.ts';
import { familyOf, isHsmType, KEY_TYPES, type KeyOperation, type KeyType, type Vault } from './state.ts';

/** Both make a version of the named key, which becomes its current one; there is no other way to a version. */
export const newVersionOperations: Operations = {
  KeyCreate: {
    permission: 'create',
    async run(call) {
      const kty = readKeyType(call.vault, readText(call.body, 'kty'));
      const keyOps = readKeyOps(call.body, kty, 'generated');
      requireFreeName(call);
      return addVersion(call, kty, keyOps, await generate(call, kty));
    },
  },

  KeyImport: {
    permission: 'import',
    run(call) {
      const jwk = readObject(call.body['key'], 'key');
      const kty = importedType(call.vault, readText(jwk, 'kty'), optionalFlag(call.body, 'Hsm') === true);
      const curve = readCurve(jwk);
      const keyOps = readKeyOps(jwk, kty, 'imported');
      requireFreeName(call);
      const blob = optionalBytes(jwk, 'key_hsm');
      const material =
        blob === undefined
          ? materialOfJwk(kty, jwk, curve)
          : openTransferBlob(call, blob, (bytes) => materialOf(kty, bytes, curve));
      return addVersion(call, kty, keyOps, material);
    },
  },
};

/** Standard vaults have software keys, premium ones both, and a Managed HSM keys of its own only, AES among them. */
function readKeyType(vault: Vault, text: string): KeyType {
  const kty = KEY_TYPES.find((one) => one === text);
  if (kty === undefined) throw badParameter(`The kty '${text}' is not supported.`);
  if (vault.sku === 'managedHsm') return isHsmType(kty) ? kty : `${familyOf(kty)}-HSM`;
  if (familyOf(kty) === 'oct') throw notSupported(`The kty '${text}' is supported by Managed HSM only.`);
  if (isHsmType(kty) && vault.sku === 'standard') {
    throw notSupported(`The kty '${text}' is not supported by a vault of SKU 'standard'.`);
  }
  return kty;
}

function importedType(vault: Vault, text: string, hsm: boolean): KeyType {
  const kty = readKeyType(vault, text);
  return hsm && !isHsmType(kty) ? readKeyType(vault, `${kty}-HSM`) : kty;
}

function readCurve(from: Json): Curve | undefined {
  const text = optionalText(from, 'crv');
  if (text === undefined) return undefined;
  const curve = Object.keys(CURVES).find((name) => name === text) as Curve | undefined;
  if (curve === undefined) throw badParameter(`The crv '${text}' is not supported.`);
  return curve;
}

function requireFreeName(call: OperationCall): void {
  if (!isKeyName(call.name)) throw badParameter(`The request URI contains an invalid name: ${call.name}`);
  findForNewVersion(call, call.name);
}

async function generate(call: OperationCall, kty: KeyType): Promise<KeyObject> {
  const size = optionalInteger(call.body, 'key_size');
  const requireSize = (sizes: readonly number[], usual: number): number => {
    const bits = size ?? usual;
    if (!sizes.includes(bits)) throw badParameter(`Key size ${bits} is not supported for kty '${kty}'.`);
    return bits;
  };
  switch (familyOf(kty)) {
    case 'RSA': {
      call.vault.generated += 1;
      return (await call.rsaKeys.take(requireSize(RSA_BITS, 2048), call.vault.generated)).privateKey;
    }
    case 'EC':
      return generateKeyPairSync('ec', { namedCurve: CURVES[readCurve(call.body) ?? 'P-256'] }).privateKey;
    case 'oct':
      return createSecretKey(randomBytes(requireSize(OCT_BITS, 256) / 8));
  }
}

function addVersion(call: OperationCall, kty: KeyType, keyOps: readonly KeyOperation[], material: KeyObject): Output {
  const changes = readChanges(call.body);
  // Again, because another request may have got here while a key was generated.
  const key = findForNewVersion(call, call.name) ?? {
    name: call.name,
    versions: [],
    phase: 'active' as const,
    lookupsLeft: 0,
    deletedAt: undefined,
  };
  const version = {
    id: randomUUID().replaceAll('-', ''),
    kty,
    material,
    keyOps,
    enabled: changes.enabled ?? true,
    notBefore: changes.notBefore,
    expires: changes.expires,
    tags: changes.tags,
    created: call.now,
    updated: call.now,
  };
  key.versions.push(version);
  call.vault.keys.set(key.name.toLowerCase(), key);
  return bundle(call, key, version);
}
