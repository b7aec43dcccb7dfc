import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { KmsDrivers, ProviderConfig } from '../../providers/port.ts';
import { PROVIDER_KINDS } from '../../providers/port.ts';
import { secret } from '../../support/secret.ts';

/** The record at `kms/<name>`, seal-wrapped as it holds credentials. */
export const kmsSchema = v.looseObject({
  schema: v.literal(1),
  provider: v.picklist(PROVIDER_KINDS),
  key_collection: v.string(),
  /** The account that its keys are in, from the first object on, as long as it holds keys or possible orphans. */
  account: v.optional(v.string()),
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
  return drivers[kms.provider].endpointOf(providerConfig(kms));
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
export function storedKms(kms: Kms): v.InferInput<typeof kmsSchema> {
  const credentials = Object.entries(kms.credentials).map(([name, value]) => [name, value.reveal()] as const);
  return { ...kms, credentials: Object.fromEntries(credentials) };
}
