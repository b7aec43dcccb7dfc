// Original file: proto/vault/identity.proto

import type { MFAConstraintAny as _logical_MFAConstraintAny, MFAConstraintAny__Output as _logical_MFAConstraintAny__Output } from '../logical/MFAConstraintAny.ts';

export interface MFARequirement {
  'mfa_request_id'?: (string);
  'mfa_constraints'?: ({[key: string]: _logical_MFAConstraintAny});
}

export interface MFARequirement__Output {
  'mfa_request_id': (string);
  'mfa_constraints': ({[key: string]: _logical_MFAConstraintAny__Output});
}
