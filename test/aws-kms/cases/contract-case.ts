import type { KMSClient } from '@aws-sdk/client-kms';

/** One documented behaviour; it throws where the KMS behaves otherwise. */
export interface ContractCase {
  readonly name: string;
  readonly run: (client: KMSClient, inRegion: (region: string) => KMSClient) => Promise<void>;
}

export function contractCases(cases: readonly ContractCase[]): readonly ContractCase[] {
  return cases;
}
