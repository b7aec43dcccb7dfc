import { describe, it } from 'vitest';
import { kmsContract } from './contract.ts';
import { installMinistack, startMinistack } from './ministack.ts';

/** Cases in which ministack 1.5.33 differs from AWS KMS. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'a key pending import cannot be enabled, disabled or used': 'EnableKey succeeds',
  'a scheduled deletion cannot be scheduled again, and cancelling leaves the key disabled': 'it is scheduled again',
  'ListKeys lists every key once across pages': 'there is no NextMarker',
  'duplicate and reserved tags are rejected': 'both are accepted',
  'a replica of an imported key begins empty and takes only the same bytes': 'it begins with the material',
  'an RSA private key requires AES key wrapping, not OAEP alone': 'OAEP is accepted',
  'a symmetric key rejects AES key wrapping': 'it is accepted',
  'a P-521 key rejects OAEP with RSA_2048': 'it is accepted',
  'an import token belongs to one public key': 'a second pair ends the first',
  'material other than the first is rejected, while enabled and after deletion': 'they are accepted',
  'ValidTo is within the next 365 days': 'any time is accepted',
  'new material of a multi-Region key can rotate once every replica has it': 'it replaces the first at once',
  'new material is pending until RotateKeyOnDemand': 'it replaces the first at once',
  'a changed ciphertext is refused': 'it is a stream cipher without authentication',
  'Decrypt with another key id is refused': 'the key id is ignored',
  'ReEncrypt moves a ciphertext to another key': 'there is no such operation',
  'an alias name has no dots': 'dots are accepted',
  'an alias moves only between keys of the same type': 'any key is accepted',
  'a key that is pending deletion gets no alias': 'it gets one',
  'ListAliases lists the aliases of one key across pages': 'Limit is ignored',
};

const missing = await installMinistack();
if (missing === undefined) {
  kmsContract({ name: 'ministack 1.5.33', start: startMinistack, knownDifferences: DIFFERENCES });
} else {
  describe('ministack 1.5.33 conforms to AWS KMS', () => {
    it.skip(`is not installed: ${missing}`);
  });
}
