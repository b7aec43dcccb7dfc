// Original file: proto/vault/identity.proto

import type { MFAMethodID as _logical_MFAMethodID, MFAMethodID__Output as _logical_MFAMethodID__Output } from '../logical/MFAMethodID.ts';

export interface MFAConstraintAny {
  'any'?: (_logical_MFAMethodID)[];
}

export interface MFAConstraintAny__Output {
  'any': (_logical_MFAMethodID__Output)[];
}
