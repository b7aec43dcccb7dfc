import { asymmetricDecrypt, asymmetricSign, getPublicKey } from './asymmetric.ts';
import type { Operation } from './context.ts';
import { createCryptoKey, getCryptoKey, listCryptoKeys, updateCryptoKey, updatePrimaryVersion } from './crypto-keys.ts';
import { decrypt, encrypt } from './encrypt.ts';
import { createImportJob, getImportJob, listImportJobs } from './import-jobs.ts';
import { importCryptoKeyVersion } from './import-version.ts';
import { createKeyRing, getKeyRing, listKeyRings, testIamPermissions } from './key-rings.ts';
import {
  createCryptoKeyVersion,
  destroyCryptoKeyVersion,
  getCryptoKeyVersion,
  listCryptoKeyVersions,
  restoreCryptoKeyVersion,
  updateCryptoKeyVersion,
} from './versions.ts';

/** The quota that a call counts against (Cloud KMS quotas). */
type Quota = 'read' | 'write' | 'crypto';

export interface Route {
  /** Name of the RPC, as in Cloud Audit Logs. */
  readonly action: string;
  readonly operation: Operation;
  readonly quota: Quota;
  /** Query parameters beside those of every Google API. */
  readonly query?: readonly string[];
}

const PAGES = ['pageSize', 'pageToken', 'filter', 'orderBy', 'view'];

/** The HTTP bindings of google.cloud.kms.v1.KeyManagementService (service.proto), by method and path. */
const ROUTES: Readonly<Record<string, Route>> = {
  'POST {location}/keyRings': {
    action: 'CreateKeyRing',
    operation: createKeyRing,
    quota: 'write',
    query: ['keyRingId'],
  },
  'GET {location}/keyRings': { action: 'ListKeyRings', operation: listKeyRings, quota: 'read', query: PAGES },
  'GET {ring}': { action: 'GetKeyRing', operation: getKeyRing, quota: 'read' },
  'POST {ring}:testIamPermissions': { action: 'TestIamPermissions', operation: testIamPermissions, quota: 'read' },
  'POST {key}:testIamPermissions': { action: 'TestIamPermissions', operation: testIamPermissions, quota: 'read' },
  'POST {job}:testIamPermissions': { action: 'TestIamPermissions', operation: testIamPermissions, quota: 'read' },
  'POST {ring}/importJobs': {
    action: 'CreateImportJob',
    operation: createImportJob,
    quota: 'write',
    query: ['importJobId'],
  },
  'GET {ring}/importJobs': { action: 'ListImportJobs', operation: listImportJobs, quota: 'read', query: PAGES },
  'GET {job}': { action: 'GetImportJob', operation: getImportJob, quota: 'read' },
  'POST {ring}/cryptoKeys': {
    ...{ action: 'CreateCryptoKey', operation: createCryptoKey, quota: 'write' },
    query: ['cryptoKeyId', 'skipInitialVersionCreation'],
  },
  'GET {ring}/cryptoKeys': { action: 'ListCryptoKeys', operation: listCryptoKeys, quota: 'read', query: PAGES },
  'GET {key}': { action: 'GetCryptoKey', operation: getCryptoKey, quota: 'read' },
  'PATCH {key}': { action: 'UpdateCryptoKey', operation: updateCryptoKey, quota: 'write', query: ['updateMask'] },
  'POST {key}:updatePrimaryVersion': {
    ...{ action: 'UpdateCryptoKeyPrimaryVersion', operation: updatePrimaryVersion, quota: 'write' },
  },
  'POST {key}:encrypt': { action: 'Encrypt', operation: encrypt, quota: 'crypto' },
  'POST {version}:encrypt': { action: 'Encrypt', operation: encrypt, quota: 'crypto' },
  'POST {key}:decrypt': { action: 'Decrypt', operation: decrypt, quota: 'crypto' },
  'POST {key}/cryptoKeyVersions': {
    ...{ action: 'CreateCryptoKeyVersion', operation: createCryptoKeyVersion, quota: 'write' },
  },
  'GET {key}/cryptoKeyVersions': {
    ...{ action: 'ListCryptoKeyVersions', operation: listCryptoKeyVersions, quota: 'read', query: PAGES },
  },
  'POST {key}/cryptoKeyVersions:import': {
    ...{ action: 'ImportCryptoKeyVersion', operation: importCryptoKeyVersion, quota: 'write' },
  },
  'GET {version}': { action: 'GetCryptoKeyVersion', operation: getCryptoKeyVersion, quota: 'read' },
  'PATCH {version}': {
    ...{ action: 'UpdateCryptoKeyVersion', operation: updateCryptoKeyVersion, quota: 'write', query: ['updateMask'] },
  },
  'POST {version}:destroy': {
    ...{ action: 'DestroyCryptoKeyVersion', operation: destroyCryptoKeyVersion, quota: 'write' },
  },
  'POST {version}:restore': {
    ...{ action: 'RestoreCryptoKeyVersion', operation: restoreCryptoKeyVersion, quota: 'write' },
  },
  'GET {version}/publicKey': {
    action: 'GetPublicKey',
    operation: getPublicKey,
    quota: 'crypto',
    query: ['publicKeyFormat'],
  },
  'POST {version}:asymmetricSign': { action: 'AsymmetricSign', operation: asymmetricSign, quota: 'crypto' },
  'POST {version}:asymmetricDecrypt': { action: 'AsymmetricDecrypt', operation: asymmetricDecrypt, quota: 'crypto' },
};

const LOCATION = 'projects/[^/:]+/locations/[^/:]+';
const NAMES: Readonly<Record<string, string>> = {
  location: LOCATION,
  ring: `${LOCATION}/keyRings/[^/:]+`,
  key: `${LOCATION}/keyRings/[^/:]+/cryptoKeys/[^/:]+`,
  version: `${LOCATION}/keyRings/[^/:]+/cryptoKeys/[^/:]+/cryptoKeyVersions/[^/:]+`,
  job: `${LOCATION}/keyRings/[^/:]+/importJobs/[^/:]+`,
};

const COMPILED = Object.entries(ROUTES).map(([pattern, route]) => {
  const [method, path = ''] = pattern.split(' ');
  const expression = path.replace(/\{(\w+)\}/, (_all, kind: string) => `(${NAMES[kind] ?? ''})`);
  return { method, path: new RegExp(`^/v1/${expression}$`), route };
});

/** The route of a request, and the resource of its path; undefined if there is none. */
export function findRoute(method: string, path: string): { readonly route: Route; readonly name: string } | undefined {
  for (const { method: wanted, path: pattern, route } of COMPILED) {
    const name = wanted === method ? pattern.exec(path)?.[1] : undefined;
    if (name !== undefined) return { route, name };
  }
  return undefined;
}
