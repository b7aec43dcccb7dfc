import type { BackendContext } from '../../logical/index.ts';
import type { KmsClient, NameObservation, VersionObservation } from '../../providers/port.ts';
import { ProviderError } from '../../providers/errors.ts';
import type { Kms } from '../records/kms.ts';
import type { Mount } from '../mount.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { checkIdentity } from './identity.ts';
import { remoteIds, type Distribution } from '../records/distribution.ts';

/** What the cloud says of a distribution, asked just now. */
export interface Observation {
  /** By version number; versions without a cloud id are not asked for. */
  readonly versions: ReadonlyMap<number, VersionObservation>;
  readonly name: NameObservation;
}

/** Questions under way at a time; AWS allows thousands of DescribeKey a second, a polite client asks fewer. */
const CONCURRENCY = 8;

/** Whether the cloud calls any version unknown. */
export function saysGone({ versions }: Observation): boolean {
  return [...versions.values()].some((answer) => answer.outcome === 'seen' && answer.state === 'deleted');
}

/** What is to be said where nobody was asked. */
function unaskedFor(distribution: Distribution, why: string): Observation {
  const unseen = { outcome: 'unreachable', why } as const;
  return {
    versions: new Map(Object.keys(remoteIds(distribution)).map((version) => [Number(version), unseen])),
    name: unseen,
  };
}

/** As {@link observe}, where endpoint and account are those on record; else nothing is seen, with the reason. */
export async function observeOurs(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  loaded: { readonly distribution: Distribution; readonly kms: Kms },
): Promise<Observation> {
  const { distribution, kms } = loaded;
  return mount.clients.use(ref.kms, kms, async (client) => {
    try {
      await checkIdentity(mount, context, ref, loaded, client);
      const seen = await observe(client, context, distribution);
      if (saysGone(seen)) await checkIdentity(mount, context, ref, loaded, client, true);
      return seen;
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof ProviderError)) throw error;
      return unaskedFor(distribution, error.message);
    }
  });
}

/** Asks the cloud for everything that the record knows. Changes nothing. */
export async function observe(
  client: KmsClient,
  { signal }: BackendContext,
  distribution: Distribution,
): Promise<Observation> {
  const ids = Object.entries(remoteIds(distribution));
  const versions = new Map<number, VersionObservation>();
  for (let start = 0; start < ids.length; start += CONCURRENCY) {
    await Promise.all(
      ids.slice(start, start + CONCURRENCY).map(async ([version, id]) => {
        versions.set(Number(version), await client.observeVersion(id, signal));
      }),
    );
    const answers = [...versions.values()];
    // A cloud that answers nothing is not asked for the rest, nor for the name, which it would be more than once.
    if (answers[0]?.outcome === 'unreachable' && answers.every(({ outcome }) => outcome === 'unreachable')) {
      for (const [version] of ids.slice(start + CONCURRENCY)) versions.set(Number(version), answers[0]);
      return { versions, name: answers[0] };
    }
  }
  const ours = ids.map(([, id]) => id);
  return { versions, name: await client.observeName(distribution.name, ours, signal) };
}
