import { fields } from '../../framework/index.ts';

/** Path field: the key's name. */
export const keyNameField = fields.string({ description: 'The name of the key.', required: true });

/** Path field: the KMS provider's name. */
export const kmsNameField = fields.string({ description: 'The name of the KMS.', required: true });
