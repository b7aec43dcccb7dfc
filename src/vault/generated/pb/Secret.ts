// Original file: proto/vault/backend.proto

import type { LeaseOptions as _pb_LeaseOptions, LeaseOptions__Output as _pb_LeaseOptions__Output } from '../pb/LeaseOptions.ts';

export interface Secret {
  'lease_options'?: (_pb_LeaseOptions | null);
  'internal_data'?: (string);
  'lease_id'?: (string);
}

export interface Secret__Output {
  'lease_options': (_pb_LeaseOptions__Output | null);
  'internal_data': (string);
  'lease_id': (string);
}
