import { withMaterial } from '../../crypto/key-material.ts';
import { knownIds } from '../records/distribution.ts';
import { ProviderError } from '../../providers/errors.ts';
import type { Receipt } from '../../providers/port.ts';
import { createVersion, resolveAttempt } from './create-version.ts';
import { checkIdentity, refuseForeign } from './identity.ts';
import { logChange, type Change } from '../log-change.ts';
import type { Step } from '../../providers/step.ts';
import { readMaterial, remoteId, versionTarget, type Run } from './run.ts';
import { setCurrent } from './set-current.ts';
import { afterStep } from './transitions.ts';

/** Does one step in the cloud and sets its outcome in the record. @throws {ProviderError} when the cloud refuses */
export async function performStep(run: Run, step: Step, next: () => Step | undefined): Promise<void> {
  const { mount, ref, client, record, context } = run;
  const { signal } = context;
  const log = (receipt: Receipt, change: Omit<Change, 'step'>): void => {
    logChange(mount, ref, { step: step.action, ...change }, receipt);
  };
  switch (step.action) {
    case 'find':
      return resolveAttempt(run, step.version);
    case 'create':
      return createVersion(run, step.version, next);
    case 'import': {
      const { version } = step;
      const id = remoteId(run, version);
      const receipt = await withMaterial(await readMaterial(run, version), (material) =>
        client.importMaterial(versionTarget(run, version), id, material, signal),
      );
      log(receipt, { version, remoteId: id });
      break;
    }
    case 'enable':
    case 'disable': {
      const { version } = step;
      // A version is never disabled while the stored record still calls it merely created, see Distribution. What else
      // is not written down yet may wait: writing at each of a thousand versions would cost a thousand writes.
      if (record.written.versions[version]?.state !== 'ready') await record.flush();
      const id = remoteId(run, version);
      if (step.action === 'disable') await refuseForeign(run, id, version);
      const receipt = await client.setEnabled(versionTarget(run, version), id, step.action === 'enable', signal);
      log(receipt, { version, remoteId: id });
      break;
    }
    case 'set_current': {
      const { version } = step;
      const receipt = await setCurrent(run, version);
      log(receipt, { version, remoteId: remoteId(run, version), name: record.current.name });
      break;
    }
    case 'remove_name': {
      const { name } = record.current;
      log(await client.removeName(name, knownIds(record.current), signal), { name });
      break;
    }
    case 'remove': {
      const { version } = step;
      const id = remoteId(run, version);
      const { since } = record.current.versions[version] ?? {};
      await refuseForeign(run, id, version);
      const removal = await client.removeVersion(id, signal);
      log(removal, { version, remoteId: id });
      if (removal.outcome === 'unknown') await believeGone(run, id, since, version);
      break;
    }
    case 'remove_replaced': {
      await refuseForeign(run, step.remoteId, undefined);
      const removal = await client.removeVersion(step.remoteId, signal);
      log(removal, { remoteId: step.remoteId });
      if (removal.outcome === 'unknown') await believeGone(run, step.remoteId, undefined);
      break;
    }
  }
  record.set(afterStep(record.current, step));
}

/**
 * Takes an object for gone that the cloud does not know, and says so in the log.
 *
 * @param since - when it was made: of a young object the cloud may say so although it is there; undefined for one that
 *   was replaced, which the cloud does not know for the second time then
 * @throws {ProviderError} for a young one: the removal stays pending, and is tried again
 */
async function believeGone(run: Run, remote_id: string, since: string | undefined, version?: number): Promise<void> {
  const { mount, context, ref, kms: account, client, record } = run;
  // To another account everything is unknown.
  await checkIdentity(mount, context, ref, { distribution: record.current, kms: account }, client, true);
  if (mount.consistency.isWithin(since)) {
    const text = `the KMS does not know ${remote_id}, which is too young for that to be believed`;
    throw new ProviderError('unavailable', text, { call: 'remove' });
  }
  const { key, kms } = ref;
  const reason = 'the KMS did not know it';
  const which = version === undefined ? {} : { version };
  mount.logger.warn('a KMS object counts as gone', { key, kms, ...which, remote_id, reason });
}
