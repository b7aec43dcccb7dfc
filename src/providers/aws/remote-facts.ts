import type { KeyMetadata } from '@aws-sdk/client-kms';
import type { RemoteFacts } from '../observation.ts';
import { isMaterialId } from './ids.ts';
import { accountOf } from './inspect.ts';

const ORIGINS: readonly unknown[] = ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'];

/** The facts in a response of DescribeKey; left out is what does not have the form that AWS gives it. */
export function remoteFacts(metadata: KeyMetadata, region: string): RemoteFacts {
  const { Arn: resource, Origin: origin, CurrentKeyMaterialId: materialId, CreationDate: created } = metadata;
  const account = accountOf(metadata, region);
  return {
    ...(account !== undefined && resource !== undefined && { resource, account }),
    ...(origin !== undefined && ORIGINS.includes(origin) && { origin }),
    ...(isMaterialId(materialId) && { materialId }),
    ...(created !== undefined && !Number.isNaN(created.getTime()) && { created: created.toISOString() }),
  };
}
