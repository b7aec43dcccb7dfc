import { withMaterial } from '../../crypto/key-material.ts';
import { createVersion, isAnnounced, settleAttempt } from './create-version.ts';
import { recordUnknown } from './orphans.ts';
import type { Step } from './plan.ts';
import { knownIds, readMaterial, remoteId, versionTarget, type Run } from './run.ts';
import { afterStep } from './state-changes.ts';

/** Does one step in the cloud and sets its outcome in the record. @throws {ProviderError} when the cloud refuses */
export async function performStep(run: Run, step: Step, remaining: () => readonly Step[]): Promise<void> {
  const { client, record, context } = run;
  const { signal } = context;
  switch (step.action) {
    case 'find':
      // Announced by this very run together with the one before: there is nothing to look for yet.
      if (isAnnounced(run, step.version)) return createVersion(run, step.version, remaining);
      return settleAttempt(run, step.version);
    case 'create':
      return createVersion(run, step.version, remaining);
    case 'import':
      await withMaterial(await readMaterial(run, step.version), (material) =>
        client.importMaterial(versionTarget(run, step.version), remoteId(run, step.version), material, signal),
      );
      break;
    case 'enable':
    case 'disable':
      // A version is never disabled while the record still calls it merely created, see Distribution.
      await record.flush();
      await client.setEnabled(
        versionTarget(run, step.version),
        remoteId(run, step.version),
        step.action === 'enable',
        signal,
      );
      break;
    case 'set_current':
      await client.setCurrent(
        versionTarget(run, step.version),
        remoteId(run, step.version),
        { owned: record.current.reached !== undefined, ours: knownIds(record.current) },
        signal,
      );
      break;
    case 'remove_name':
      await client.removeName(record.current.name, knownIds(record.current), signal);
      break;
    case 'remove': {
      const removal = await client.removeVersion(remoteId(run, step.version), signal);
      if (removal.outcome === 'unknown') await recordUnknown(run.mount, context, run.ref, record.current, step.version);
      break;
    }
    case 'remove_replaced':
      await client.removeVersion(step.remoteId, signal);
      break;
  }
  record.set(afterStep(record.current, step));
}
