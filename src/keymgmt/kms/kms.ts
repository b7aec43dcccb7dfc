import * as v from 'valibot';
import type { ProviderConfig } from '../../providers/port.ts';
import { PROVIDER_KINDS } from '../../providers/port.ts';
import { secret } from '../../support/secret.ts';

/** The record at `kms/<name>`, seal-wrapped as it holds credentials. */
export const kmsSchema = v.looseObject({
  schema: v.literal(1),
  provider: v.picklist(PROVIDER_KINDS),
  key_collection: v.string(),
  credentials: v.record(v.string(), v.string()),
});

/** A configured KMS provider. */
export type Kms = v.InferOutput<typeof kmsSchema>;

/** The configuration as an adapter takes it, its credentials redacting themselves from here on. */
export function providerConfig(kms: Pick<Kms, 'key_collection' | 'credentials'>): ProviderConfig {
  return {
    keyCollection: kms.key_collection,
    credentials: Object.fromEntries(Object.entries(kms.credentials).map(([name, value]) => [name, secret(value)])),
  };
}
