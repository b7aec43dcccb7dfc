import type { BackendContext } from '../../logical/index.ts';
import type { KmsClient, NameObservation, VersionObservation } from '../../providers/port.ts';
import { remoteIds, type Distribution } from './distribution.ts';

/** What the cloud says of a distribution, asked just now. */
export interface Observation {
  /** By version number; versions without a cloud id are not asked for. */
  readonly versions: ReadonlyMap<number, VersionObservation>;
  readonly name: NameObservation;
}

/** Questions under way at a time; AWS allows thousands of DescribeKey a second, a polite client asks fewer. */
const CONCURRENCY = 8;

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
