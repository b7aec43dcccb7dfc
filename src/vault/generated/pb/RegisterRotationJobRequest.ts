// Original file: proto/vault/system-view.proto

import type { RotationJobInput as _pb_RotationJobInput, RotationJobInput__Output as _pb_RotationJobInput__Output } from '../pb/RotationJobInput.ts';

export interface RegisterRotationJobRequest {
  'job'?: (_pb_RotationJobInput | null);
}

export interface RegisterRotationJobRequest__Output {
  'job': (_pb_RotationJobInput__Output | null);
}
