import type { BackendContext } from '../logical/index.ts';
import type { Key } from './records/key.ts';
import type { Kms } from './records/kms.ts';
import type { Mount } from './mount.ts';
import type { Distribution } from './records/distribution.ts';
import { distributionName, type DistributionRef } from './records/distribution-store.ts';

/** The three records that a distribution lives from. */
export interface Loaded {
  readonly distribution: Distribution;
  readonly key: Key;
  readonly kms: Kms;
}

/** Reads them; undefined when the key is not in the KMS. @throws {Error} when the other two are missing in storage */
export async function loadDistribution(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
): Promise<Loaded | undefined> {
  const { storage, signal } = context;
  const distribution = await mount.distributions.get(storage, distributionName(ref), signal);
  if (!distribution) return undefined;
  const key = await mount.keys.get(storage, ref.key, signal);
  if (!key)
    throw new Error(`key "${ref.key}" is distributed to KMS "${ref.kms}", but its record is missing in storage`);
  return withKms(mount, context, ref, { distribution, key });
}

/** For a caller who has read the other two. @throws {Error} when the KMS is missing in storage */
export async function withKms(
  mount: Mount,
  { storage, signal }: BackendContext,
  ref: DistributionRef,
  known: Omit<Loaded, 'kms'>,
): Promise<Loaded> {
  const kms = await mount.kms.get(storage, ref.kms, signal);
  if (!kms) throw new Error(`key "${ref.key}" is distributed to KMS "${ref.kms}", but that KMS is missing in storage`);
  return { ...known, kms };
}

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
