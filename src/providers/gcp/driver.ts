import { notYetSupported } from '../not-yet-supported.ts';
import type { KmsDriver } from '../port.ts';
import { quoted } from '../../support/quoted.ts';

const KEY_RING = /^projects\/[^/\s]+\/locations\/[^/\s]+\/keyRings\/[^/\s]+$/;

/** GCP Cloud KMS: provider `gcpckms`. */
export function gcpDriver(): KmsDriver {
  return notYetSupported({
    kind: 'gcpckms',
    help: {
      title: 'Google Cloud KMS',
      keyCollection: 'a key ring',
      keyCollectionField: 'the resource name of a key ring, projects/<project>/locations/<location>/keyRings/<ring>',
    },
    credentialNames: ['service_account_file'],
    validateConfig: ({ keyCollection }) =>
      KEY_RING.test(keyCollection)
        ? undefined
        : `key_collection ${quoted(keyCollection)} is not the name of a key ring: use projects/<project>/locations/<location>/keyRings/<ring>`,
  });
}
