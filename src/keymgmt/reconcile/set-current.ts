import { ProviderError } from '../../providers/errors.ts';
import { knownIds } from '../records/distribution.ts';
import type { NameReceipt } from '../../providers/port.ts';
import { remoteId, versionTarget, type Run } from './run.ts';

/** How many names one run tries: more than processes that distribute keys of the same name in the same second. */
const MAX_NAMES = 5;

/**
 * Points the distributed name to a version. A name that is somebody else's, and was never ours, is given up for another
 * one, which is in storage before it is in the cloud: two mounts, or two processes, may have chosen the same second.
 *
 * What was created before keeps the first name in its labels, where it tells people where an object comes from; nothing
 * is found by it.
 */
export async function setCurrent(run: Run, version: number): Promise<NameReceipt> {
  const { mount, ref, client, record, context } = run;
  const id = remoteId(run, version);
  for (let tried = 1; ; tried++) {
    const { reached, name } = record.current;
    const claim = { owned: reached !== undefined, ours: knownIds(record.current) };
    try {
      return await client.setCurrent(versionTarget(run, version), id, claim, context.signal);
    } catch (error) {
      const isTaken = error instanceof ProviderError && error.reason === 'already_exists';
      if (!isTaken || claim.owned || tried === MAX_NAMES) throw error;
      const next = mount.newName(ref.key);
      mount.logger.info('a name is taken in the KMS; takes another', { key: ref.key, kms: ref.kms, name, next });
      record.set({ ...record.current, name: next });
      await record.flush();
    }
  }
}
