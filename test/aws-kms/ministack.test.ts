import { describe, it } from 'vitest';
import { kmsContract } from './contract.ts';
import { installMinistack, startMinistack } from './ministack.ts';

/** Where ministack 1.5.33 is not like AWS. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'a key that waits for material can be neither enabled nor disabled nor used': 'EnableKey succeeds',
  'a scheduled deletion cannot be scheduled again, and cancelling leaves the key disabled': 'it is scheduled again',
  'ListKeys gives every key once over its pages': 'there is no NextMarker',
  'duplicate tags and tags of AWS are refused': 'both are accepted',
  'a replica of an imported key begins empty and takes only the same bytes': 'it begins with the material',
  'an RSA private key comes in by AES key wrapping, never by OAEP alone': 'OAEP is accepted',
  'a symmetric key takes no AES key wrapping': 'it is accepted',
  'a P-521 key takes no OAEP under RSA_2048': 'it is accepted',
  'an import token belongs to one public key': 'a second pair ends the first',
  'other bytes than the first are refused, while enabled and after deletion': 'they are accepted',
  'ValidTo lies in the next 365 days': 'any time is accepted',
  'new material of a multi-Region key rotates when every replica has it': 'it replaces the first at once',
  'new material waits until RotateKeyOnDemand': 'it replaces the first at once',
  'a changed ciphertext is refused': 'it is a stream cipher without authentication',
  'Decrypt with another key id is refused': 'the key id is ignored',
  'ReEncrypt moves a ciphertext to another key': 'there is no such operation',
  'an alias name has no dots': 'dots are accepted',
  'an alias keeps to keys of one type': 'any key is accepted',
  'a key that is pending deletion gets no alias': 'it gets one',
  'ListAliases gives the aliases of one key, page by page': 'Limit is ignored',
};

const missing = await installMinistack();
if (missing === undefined) {
  kmsContract({ name: 'ministack 1.5.33', start: startMinistack, knownDifferences: DIFFERENCES });
} else {
  describe('ministack 1.5.33 as an AWS KMS', () => {
    it.skip(`is not installed: ${missing}`);
  });
}
