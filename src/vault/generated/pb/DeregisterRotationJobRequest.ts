// Original file: proto/vault/system-view.proto

import type { DeregisterRotationRequestInput as _pb_DeregisterRotationRequestInput, DeregisterRotationRequestInput__Output as _pb_DeregisterRotationRequestInput__Output } from '../pb/DeregisterRotationRequestInput.ts';

export interface DeregisterRotationJobRequest {
  'req'?: (_pb_DeregisterRotationRequestInput | null);
}

export interface DeregisterRotationJobRequest__Output {
  'req': (_pb_DeregisterRotationRequestInput__Output | null);
}
