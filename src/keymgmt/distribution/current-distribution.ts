import type { BackendContext } from '../../logical/index.ts';
import type { Key } from '../keys/key.ts';
import type { Mount } from '../mount.ts';
import type { Distribution } from './distribution.ts';
import { distributionName, type DistributionRef } from './distribution-store.ts';

/** Where a key is distributed now; undefined when it is in no KMS. The key's pointer is only where to look. */
export async function currentDistribution(
  mount: Mount,
  context: BackendContext,
  name: string,
  key: Key,
): Promise<{ ref: DistributionRef; distribution: Distribution } | undefined> {
  if (key.kms === undefined) return undefined;
  const ref = { kms: key.kms, key: name };
  const distribution = await mount.distributions.get(context.storage, distributionName(ref), context.signal);
  return distribution && { ref, distribution };
}
