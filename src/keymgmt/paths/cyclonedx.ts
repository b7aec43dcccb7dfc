import { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
import { KEY_STRENGTHS } from '../../crypto/key-strength.ts';
import type { KeyType } from '../../crypto/key-type.ts';
import type { JsonObject } from '../../logical/index.ts';
import { placeOf, placesOf } from '../records/distribution.ts';
import { versionNumbers } from '../records/key.ts';
import { lifecycleState, useOf } from '../records/lifecycle.ts';
import type { InventoryHome, InventoryKey, InventoryPage } from '../operations/inventory.ts';

/** What a BOM says of itself. */
export interface BomHead {
  /** UUID; each BOM has another one, as CycloneDX asks for. */
  readonly serial: string;
  /** RFC 3339. */
  readonly timestamp: string;
  /** Id of the mount. */
  readonly mount: string;
  /** Whether it begins with the first key. */
  readonly isFirst: boolean;
}

/** The parts of `algorithmProperties` that CycloneDX asks for, and the OID of the algorithm or curve. */
const ALGORITHMS: Readonly<Record<KeyType, { readonly name: string; readonly oid: string; readonly of: JsonObject }>> =
  {
    'aes256-gcm96': {
      name: 'AES-256-GCM',
      oid: '2.16.840.1.101.3.4.1.46',
      of: { primitive: 'ae', mode: 'gcm', cryptoFunctions: ['encrypt', 'decrypt'] },
    },
    'rsa-2048': rsa(2048),
    'rsa-3072': rsa(3072),
    'rsa-4096': rsa(4096),
    'ecdsa-p256': ecdsa('P-256', '1.2.840.10045.3.1.7'),
    'ecdsa-p384': ecdsa('P-384', '1.3.132.0.34'),
    'ecdsa-p521': ecdsa('P-521', '1.3.132.0.35'),
  };

function rsa(bits: number): (typeof ALGORITHMS)[KeyType] {
  const cryptoFunctions = ['encrypt', 'decrypt', 'sign', 'verify'];
  return { name: `RSA-${bits}`, oid: '1.2.840.113549.1.1.1', of: { primitive: 'pke', cryptoFunctions } };
}

function ecdsa(curve: string, oid: string): (typeof ALGORITHMS)[KeyType] {
  const cryptoFunctions = ['sign', 'verify'];
  return { name: `ECDSA-${curve}`, oid, of: { primitive: 'signature', curve, cryptoFunctions } };
}

/**
 * A page of the inventory as a CycloneDX 1.6 BOM (https://cyclonedx.org/docs/1.6/json/): a component for each algorithm, for
 * each version of a key, and for each public key. Pure.
 */
export function cyclonedxBom(
  { keys, unreadable, next }: InventoryPage,
  { serial, timestamp, mount, isFirst }: BomHead,
): JsonObject {
  const types = [...new Set(keys.map(({ key }) => key.type))].sort();
  const isWhole = isFirst && next === '' && unreadable.length === 0;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: {
      timestamp,
      tools: { components: [{ type: 'application', name: 'vault-plugin-secrets-keymgmt' }] },
      component: { type: 'application', 'bom-ref': `mount/${mount}`, name: 'keymgmt', description: `mount ${mount}` },
    },
    components: [...types.map(algorithmComponent), ...keys.flatMap(keyComponents)],
    compositions: [{ aggregate: isWhole ? 'complete' : 'incomplete' }],
    properties: unreadable.map(({ name }) => property('unreadable', name)),
  };
}

function algorithmRef(type: KeyType): string {
  return `algorithm/${type}`;
}

function algorithmComponent(type: KeyType): JsonObject {
  const { name, oid, of } = ALGORITHMS[type];
  const { bits, strength } = KEY_STRENGTHS[type];
  return {
    type: 'cryptographic-asset',
    'bom-ref': algorithmRef(type),
    name,
    cryptoProperties: {
      assetType: 'algorithm',
      algorithmProperties: {
        ...of,
        parameterSetIdentifier: String(bits),
        classicalSecurityLevel: strength,
        // The categories of NIST's call for post-quantum cryptography: AES-256 is the measure of 5; 0 is none.
        nistQuantumSecurityLevel: type === 'aes256-gcm96' ? 5 : 0,
      },
      oid,
    },
  };
}

function keyComponents({ name, key, home }: InventoryKey): readonly JsonObject[] {
  const { type } = key;
  const isSymmetric = type === 'aes256-gcm96';
  return versionNumbers(key).flatMap((version) => {
    const { creation_time: creationDate, public_key } = key.versions[version] ?? {};
    const state = lifecycleState(key, version, home?.distribution);
    const ref = `key/${name}/${version}`;
    const common = {
      id: `${name}/${version}`,
      state,
      size: KEY_STRENGTHS[type].bits,
      algorithmRef: algorithmRef(type),
      ...(creationDate !== undefined && { creationDate }),
    };
    const activationDate = home && importTime(home, version);
    const properties = [
      property('use', useOf(state, key, version)),
      ...(home ? homeProperties(home, version) : []),
      ...(public_key === undefined ? [] : [property('public_key_sha256', publicKeyFingerprint(public_key).value)]),
    ];
    return [
      material(
        ref,
        name,
        version,
        {
          type: isSymmetric ? 'secret-key' : 'private-key',
          ...common,
          ...(activationDate !== undefined && { activationDate }),
          // The original, in Vault's storage; how the KMS protects its copy is a property.
          securedBy: { mechanism: 'Software' },
        },
        properties,
      ),
      ...(public_key === undefined
        ? []
        : [material(`${ref}/public`, name, version, { type: 'public-key', ...common }, properties.slice(-1))]),
    ];
  });
}

function material(
  ref: string,
  name: string,
  version: number,
  relatedCryptoMaterialProperties: JsonObject,
  properties: readonly JsonObject[],
): JsonObject {
  return {
    type: 'cryptographic-asset',
    'bom-ref': ref,
    name,
    version: String(version),
    cryptoProperties: { assetType: 'related-crypto-material', relatedCryptoMaterialProperties },
    properties,
  };
}

/** When the version came to the home place of the KMS, where that is on record. */
function importTime({ distribution }: InventoryHome, version: number): string | undefined {
  const record = distribution.versions[version];
  return record === undefined || record.state === 'creating' ? undefined : record.imported?.time;
}

function homeProperties({ kms, account, distribution }: InventoryHome, version: number): readonly JsonObject[] {
  const ids = placesOf(distribution).flatMap((place) => {
    const record = placeOf(distribution, place)?.versions[version];
    if (record === undefined || record.state === 'creating') return [];
    return [property('remote_id', `${place === '' ? (account?.key_collection ?? '') : place}/${record.remote_id}`)];
  });
  return [
    property('kms', kms),
    property('provider', account?.provider ?? ''),
    property('remote_name', distribution.name),
    property('purpose', distribution.purpose.join(',')),
    property('protection', distribution.protection),
    ...ids,
  ];
}

function property(name: string, value: string): JsonObject {
  return { name: `keymgmt:${name}`, value };
}
