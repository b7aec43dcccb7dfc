import { fields } from '../../framework/index.ts';

/** Path field: the key's name. */
export const keyNameField = fields.string({ description: 'The name of the key.', required: true });

/** Path field: the KMS provider's name. */
export const kmsNameField = fields.string({ description: 'The name of the KMS.', required: true });

/** Goes on although the KMS is ahead of storage, see guard/restore-guard.ts. */
export const forceField = fields.bool({
  description: 'Go on although the KMS is ahead of storage, which may have been restored from a snapshot.',
});
