import { jsonCodec, recordStore, type RecordStore } from '../../framework/index.ts';
import { distributionSchema, type Distribution } from './distribution.ts';

/** Distributions at `distribution/<kms>/<key>`, named `<kms>/<key>`; listing `<kms>/` gives the keys in a KMS. */
export type DistributionStore = RecordStore<Distribution>;

export function distributionStore(): DistributionStore {
  return recordStore({ prefix: 'distribution/', codec: jsonCodec(distributionSchema) });
}

/** A distribution's place: which key in which KMS. */
export interface DistributionRef {
  readonly kms: string;
  readonly key: string;
}

/** Name of the record in the store. */
export function distributionName(ref: DistributionRef): string {
  return `${ref.kms}/${ref.key}`;
}
