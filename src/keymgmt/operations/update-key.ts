import type { BackendContext } from '../../logical/index.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { currentDistribution } from '../load-distribution.ts';
import { desiredState } from '../reconcile/desired.ts';
import { distributionName } from '../records/distribution-store.ts';
import { refuseOtherIdentity } from '../reconcile/identity.ts';
import { withKms } from '../load-distribution.ts';
import { withSwitching } from '../reconcile/transitions.ts';
import type { Mount } from '../mount.ts';
import { asBackendError } from '../provider-failure.ts';
import { updatedKey, type Key, type KeyUpdate } from '../records/key.ts';

/**
 * Changes a key's settings, in Vault first and then in its KMS. The caller holds the key's lock.
 *
 * @throws {BackendError} user_error for a version that does not exist; nothing is changed then
 */
export async function updateKey(
  mount: Mount,
  context: BackendContext,
  name: string,
  key: Key,
  update: KeyUpdate,
): Promise<void> {
  const { storage, signal } = context;
  const updated = updatedKey(key, update);
  const changesVersions = updated.min_enabled_version !== key.min_enabled_version;
  // Also where it holds the same already: an earlier request may have failed half-way.
  const asks = update.minEnabledVersion !== undefined;
  const place = asks ? await currentDistribution(mount, context, name, key) : undefined;
  if (place) {
    const { ref, distribution } = place;
    await refuseOtherIdentity(mount, context, ref, await withKms(mount, context, ref, { distribution, key }));
    mount.workQueue.add(ref);
  }
  if (place && changesVersions) {
    const doubted = withSwitching(desiredState(key, place.distribution), place.distribution);
    if (doubted !== place.distribution) {
      await mount.distributions.put(storage, distributionName(place.ref), doubted, signal, place.distribution);
    }
  }
  await mount.keys.put(storage, name, updated, signal);
  if (!place) return;
  try {
    await reconcile(mount, context, place.ref);
  } catch (error) {
    throw asBackendError(error, `min_enabled_version ${updated.min_enabled_version} is set in Vault, but `);
  }
}
