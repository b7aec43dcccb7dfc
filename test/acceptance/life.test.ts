/**
 * The life of a key of each type in a real Azure Key Vault or Google Cloud KMS, with AZURE_ACC=1 or GCP_ACC=1: docs/verification.md
 * says what else they take. Costs a little money, and removes what it makes as far as the cloud lets it: a deleted key of
 * Azure can be recovered for as long as the vault retains it, and a CryptoKey of Google stays, without usable versions.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { azureDriver } from '../../src/providers/azure/driver.ts';
import { gcpDriver } from '../../src/providers/gcp/driver.ts';
import { realWait } from '../../src/providers/http/retry.ts';
import { systemClock } from '../../src/support/clock.ts';
import { startEngine } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';

const { env } = process;
const retry = { clock: systemClock, random: Math.random, wait: realWait };
/** Importing, and RSA keys of 4096 bits, take seconds each. */
const LONGEST_MS = 300_000;

interface AcceptanceCloud {
  readonly provider: 'azurekeyvault' | 'gcpckms';
  readonly isAsked: boolean;
  /** The environment variable that names the vault or key ring; who is asked for credentials is up to the driver. */
  readonly collection: string;
  /** Environment variables by the credentials that they give, none of which has to be set. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly [type: string, purpose: string])[];
}

const ALL_SIX = 'encrypt,decrypt,sign,verify,wrap,unwrap';
const RSA = ['rsa-2048', 'rsa-3072', 'rsa-4096'] as const;

const CLOUDS: readonly AcceptanceCloud[] = [
  {
    provider: 'azurekeyvault',
    isAsked: env['AZURE_ACC'] === '1',
    collection: 'AZURE_KEY_VAULT',
    credentials: { tenant_id: 'AZURE_TENANT_ID', endpoint: 'AZURE_ENDPOINT', authority_host: 'AZURE_AUTHORITY_HOST' },
    rows: [
      ...RSA.map((type) => [type, ALL_SIX] as const),
      ...['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'].map((type) => [type, 'sign,verify'] as const),
    ],
  },
  {
    provider: 'gcpckms',
    isAsked: env['GCP_ACC'] === '1',
    collection: 'GCP_KEY_RING',
    credentials: { credentials_json: 'GCP_CREDENTIALS_JSON', endpoint: 'GCP_ENDPOINT' },
    rows: [
      ['aes256-gcm96', 'encrypt,decrypt'],
      ...RSA.flatMap((type) => [[type, 'decrypt'] as const, [type, 'sign'] as const]),
      ...['ecdsa-p256', 'ecdsa-p384'].map((type) => [type, 'sign'] as const),
    ],
  },
];

describe.each(CLOUDS)('on a real $provider', ({ provider, isAsked, collection, credentials, rows }) => {
  const given = Object.entries(credentials).flatMap(([name, variable]) => {
    const value = env[variable];
    return value ? [[name, value] as const] : [];
  });

  describe.runIf(isAsked).each(['hsm', 'software'])('with protection %s', (protection) => {
    it.each(rows)(
      '%s for %s is distributed, rotated, disabled, enabled and removed',
      async (type, purpose) => {
        const drivers = {
          ...modelCloud().drivers,
          azurekeyvault: azureDriver({ env, retry }),
          gcpckms: gcpDriver({ env, retry }),
        };
        const engine = await startEngine({ drivers });
        // Two runs may share a vault or a key ring.
        const key = `acc-${randomUUID().slice(0, 8)}`;
        const write = async (path: string, data: JsonObject = {}): Promise<void> => {
          expect(await engine.errorOf(engine.write(path, data)), path).toBeUndefined();
        };
        await write('kms/cloud', {
          provider,
          key_collection: env[collection] ?? '',
          credentials: Object.fromEntries(given),
        });
        await write(`key/${key}`, { type });
        const isInSync = async (): Promise<void> => {
          // The documented permissions do not allow reading which version of a symmetric CryptoKey is the primary one.
          const verdict = (await engine.read(`kms/cloud/key/${key}/status`))?.['verdict'];
          expect(type === 'aes256-gcm96' ? ['in_sync', 'forbidden'] : ['in_sync']).toContain(verdict);
        };
        try {
          await write(`kms/cloud/key/${key}`, { purpose, protection });
          await isInSync();
          await write(`key/${key}/rotate`);
          await write(`key/${key}`, { min_enabled_version: 2 });
          await isInSync();
          await write(`key/${key}`, { min_enabled_version: 1 });
          await isInSync();
          expect(Object.keys((await engine.read(`kms/cloud/key/${key}`))?.['versions'] as object)).toEqual(['1', '2']);
        } finally {
          expect(await engine.errorOf(engine.request('delete', `kms/cloud/key/${key}`))).toBeUndefined();
        }
      },
      LONGEST_MS,
    );
  });
});
