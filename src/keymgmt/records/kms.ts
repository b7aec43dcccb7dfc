import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { jsonCodec, recordStore, type RecordStore } from '../../framework/index.ts';
import type { KmsDriver, KmsDrivers, ProviderConfig } from '../../providers/port.ts';
import { secret } from '../../support/secret.ts';

/** The record at `kms/<name>`, seal-wrapped as it holds credentials. */
const kmsSchema = v.looseObject({
  schema: v.literal(1),
  /** A kind of driver (KmsDriver.kind). */
  provider: v.string(),
  key_collection: v.string(),
  /** The account that its keys are in, from the first object on, as long as it holds keys or possible orphans. */
  account: v.optional(v.string()),
  /** What keys are wrapped with on their way into the KMS; on record before it is made. `until` is RFC 3339. */
  wrapping_key: v.optional(v.looseObject({ name: v.string(), ready: v.boolean(), until: v.optional(v.string()) })),
  credentials: v.record(
    v.string(),
    v.pipe(
      v.string(),
      v.transform((text) => secret(text)),
    ),
  ),
});

/** A configured KMS provider. */
export type Kms = v.InferOutput<typeof kmsSchema>;

/** The configuration as an adapter takes it. */
export function providerConfig({
  key_collection,
  credentials,
}: Pick<Kms, 'key_collection' | 'credentials'>): ProviderConfig {
  return { keyCollection: key_collection, credentials };
}

/** Where the requests of a KMS go, as far as that tells clouds apart. */
export function endpointOf(drivers: KmsDrivers, kms: Kms): string {
  return driverOf(drivers, kms).endpointOf(providerConfig(kms));
}

/** @throws {Error} for a provider that this release does not know */
export function driverOf(drivers: KmsDrivers, { provider }: Pick<Kms, 'provider'>): KmsDriver {
  const driver = Object.hasOwn(drivers, provider) ? drivers[provider] : undefined;
  if (!driver)
    throw new Error(`the record of a KMS names the provider "${provider}", which this release does not know`);
  return driver;
}

/** Whether two records open the same account in the same way. */
export function opensAlike(one: Kms, other: Kms): boolean {
  const opening = ({ provider, ...kms }: Kms): unknown => {
    const { key_collection, credentials } = storedKms({ provider, ...kms });
    return { provider, key_collection, credentials };
  };
  return isDeepStrictEqual(opening(one), opening(other));
}

/** The record as storage holds it, with its credentials revealed. */
function storedKms(kms: Kms): v.InferInput<typeof kmsSchema> {
  const credentials = Object.entries(kms.credentials).map(([name, value]) => [name, value.reveal()] as const);
  return { ...kms, credentials: Object.fromEntries(credentials) };
}

/** Storage prefix of KMS providers; seal-wrapped, as they hold credentials. */
export const KMS_PREFIX = 'kms/';

/** KMS providers, at `kms/<name>`. */
export type KmsStore = RecordStore<Kms>;

export function kmsStore(): KmsStore {
  const json = jsonCodec(kmsSchema);
  const encode = (kms: Kms): Buffer => Buffer.from(JSON.stringify(storedKms(kms)));
  return recordStore({ prefix: KMS_PREFIX, codec: { ...json, encode }, sealWrap: true });
}
