import { notYetSupported } from '../not-yet-supported.ts';
import type { KmsDriver } from '../port.ts';

const KEY_RING = /^projects\/[^/\s]+\/locations\/[^/\s]+\/keyRings\/[^/\s]+$/;

/** GCP Cloud KMS: provider `gcpckms`. */
export function gcpDriver(): KmsDriver {
  return notYetSupported('gcpckms', ({ keyCollection }) =>
    KEY_RING.test(keyCollection)
      ? undefined
      : `key_collection "${keyCollection}" is not the name of a key ring: use projects/<project>/locations/<location>/keyRings/<ring>`,
  );
}
