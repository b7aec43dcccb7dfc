import type { BackendContext } from '../../logical/index.ts';
import type { HeldKey } from '../held-key.ts';
import { currentDistribution, withKms } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import { refuseOtherIdentity } from '../reconcile/identity.ts';
import { remainingStepsOf } from '../reconcile/plan-input.ts';
import { withKnown } from '../reconcile/transitions.ts';
import { distributionName } from '../records/distribution-store.ts';
import type { Distribution } from '../records/distribution.ts';
import { updatedKey, type Key, type KeyUpdate } from '../records/key.ts';
import type { ReconcileStep } from '../reconcile-step.ts';
import { bringAbout } from './bring-about.ts';

/**
 * Changes a key's settings, in Vault first and then in its KMS.
 *
 * @throws {BackendError} user_error for a version that does not exist; nothing is changed then
 */
export async function updateKey(
  mount: Mount,
  context: BackendContext,
  held: HeldKey,
  key: Key,
  update: KeyUpdate,
): Promise<void> {
  const { storage, signal } = context;
  const { name } = held;
  const updated = updatedKey(key, update);
  const writeKey = async (): Promise<void> => {
    await mount.keys.put(storage, name, updated, signal);
    const { min_enabled_version, deletion_allowed } = updated;
    const isChanged = min_enabled_version !== key.min_enabled_version || deletion_allowed !== key.deletion_allowed;
    if (isChanged) mount.events.send('key-update', { key: name, min_enabled_version, deletion_allowed });
  };
  // Also where the key has that minimum already: an earlier request may have failed half-way.
  const asks = update.minEnabledVersion !== undefined;
  const current = asks ? await currentDistribution(mount, context, name, key) : undefined;
  if (!current) return writeKey();
  const { ref, distribution } = current;
  const loaded = await withKms(mount, context, ref, { distribution, key });
  await refuseOtherIdentity(mount, context, ref, loaded);
  await bringAbout(mount, context, held, ref.kms, {
    async write() {
      if (updated.min_enabled_version !== key.min_enabled_version) {
        const switching = withSwitching(remainingStepsOf(mount, name, loaded), distribution);
        if (switching !== distribution) {
          await mount.distributions.put(storage, distributionName(ref), switching, signal, distribution);
        }
      }
      await writeKey();
    },
    failure: `min_enabled_version ${updated.min_enabled_version} is set in Vault, but `,
  });
}

/**
 * The record without what the steps that are left may have changed half-way.
 *
 * An enable or disable that was under way when the process died may or may not have taken effect. As long as the desired
 * state stays, the plan repeats it; before the desired state changes, the record must not say any more what it was, or the
 * opposite desired state would look reached.
 */
export function withSwitching(left: readonly ReconcileStep[], known: Distribution): Distribution {
  let record = known;
  for (const { action, place, ...step } of left) {
    if ((action === 'enable' || action === 'disable') && 'version' in step) {
      record = withKnown(record, { of: 'unknown_state', version: step.version, place });
    }
  }
  return record;
}
