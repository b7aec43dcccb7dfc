// Original file: proto/vault/backend.proto

import type { Certificate as _pb_Certificate, Certificate__Output as _pb_Certificate__Output } from '../pb/Certificate.ts';

export interface CertificateChain {
  'certificates'?: (_pb_Certificate)[];
}

export interface CertificateChain__Output {
  'certificates': (_pb_Certificate__Output)[];
}
