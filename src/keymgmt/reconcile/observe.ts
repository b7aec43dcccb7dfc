import type { BackendContext } from '../../logical/index.ts';
import { ProviderError } from '../../providers/errors.ts';
import type { Seen } from '../../providers/observation.ts';
import { HOME, type Place } from '../../providers/step.ts';
import type { Loaded } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import { remoteIds, type Distribution } from '../records/distribution.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { targetOf } from '../target.ts';
import { checkIdentity } from './identity.ts';

/** Whether the cloud calls any version unknown. */
export function saysGone({ versions, others }: Seen): boolean {
  const isGone = versions.some((each) => 'state' in each && each.state === 'gone');
  return isGone || others.some((each) => each.of === 'container' && each.state === 'gone');
}

/** Asks the cloud for all of a distribution. Changes nothing. */
export async function observe(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  loaded: Loaded,
): Promise<Seen> {
  const target = targetOf(mount, context, ref, loaded);
  return mount.clients.use(ref.kms, loaded.kms, (client) => client.observe(target, context.signal));
}

/**
 * As {@link observe}, where endpoint and account are those on record; else nothing is seen, with the reason.
 *
 * @param only - the versions to ask for; absent for all
 */
export async function observeOurs(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  loaded: Loaded,
  only?: ReadonlySet<number>,
): Promise<Seen> {
  const target = targetOf(mount, context, ref, loaded);
  const asked = only ? { ...target, ids: (place: Place) => partOf(target.ids(place), only) } : target;
  return mount.clients.use(ref.kms, loaded.kms, async (client) => {
    try {
      await checkIdentity(mount, context, ref, loaded, client);
      const seen = await client.observe(asked, context.signal);
      if (saysGone(seen)) await checkIdentity(mount, context, ref, loaded, client, true);
      return seen;
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof ProviderError)) throw error;
      return unaskedFor(loaded.distribution, error.message);
    }
  });
}

function partOf(ids: ReadonlyMap<number, string>, only: ReadonlySet<number>): ReadonlyMap<number, string> {
  return new Map([...ids].filter(([version]) => only.has(version)));
}

/** What is to be said where nobody was asked. */
function unaskedFor(distribution: Distribution, why: string): Seen {
  const unseen = { outcome: 'unreachable', place: HOME, why } as const;
  const versions = Object.keys(remoteIds(distribution)).map((version) => ({ ...unseen, version: Number(version) }));
  return { versions, names: [unseen], others: [] };
}
