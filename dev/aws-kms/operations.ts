import { aliasOperations } from './aliases.ts';
import type { Operations } from './context.ts';
import { encryptOperations } from './encrypt.ts';
import { importOperations } from './import.ts';
import { policyOperations } from './key-policy.ts';
import { keyOperations } from './keys.ts';
import { macOperations } from './macs.ts';
import { replicaOperations } from './replicas.ts';
import { rotationOperations } from './rotation.ts';
import { signingOperations } from './signing.ts';
import { tagOperations } from './tags.ts';

/** Every operation by its name in `X-Amz-Target: TrentService.<name>`. */
export const OPERATIONS: Operations = {
  ...keyOperations,
  ...importOperations,
  ...aliasOperations,
  ...tagOperations,
  ...policyOperations,
  ...encryptOperations,
  ...signingOperations,
  ...macOperations,
  ...rotationOperations,
  ...replicaOperations,
};
