import type { BackendContext } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';

/**
 * Records the account of a KMS's first object. Not bound to the client's patience: the object is there.
 *
 * @returns the account that its keys are in: another one where a request beside this one was first
 */
export async function pinAccount(
  mount: Mount,
  { storage }: BackendContext,
  name: string,
  account: string,
): Promise<string> {
  return mount.kmsLock.run(name, async () => {
    const kms = await mount.kms.get(storage, name);
    if (!kms) return account;
    if (kms.account !== undefined) return kms.account;
    await mount.kms.put(storage, name, { ...kms, account });
    return account;
  });
}
