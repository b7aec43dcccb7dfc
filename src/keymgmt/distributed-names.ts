import type { WallClock } from '../support/clock.ts';

/** Gives a key its name in a cloud, `<key>-<unix seconds>`: one that it has never given before. */
export type DistributedNames = (keyName: string) => string;

/**
 * Makes the names of one process, which all its mounts share: mounts may hold keys of the same name, and distribute
 * them to the same account. The second is that of the clock, or the first one later that is free.
 */
export function distributedNames(clock: WallClock): DistributedNames {
  // By key name, in the order in which they were given.
  const last = new Map<string, number>();
  return (keyName) => {
    const now = Math.floor(clock.now() / 1000);
    const seconds = Math.max(now, (last.get(keyName) ?? 0) + 1);
    last.delete(keyName);
    last.set(keyName, seconds);
    // A second that has passed is not given again anyway.
    for (const [other, given] of last) {
      if (given >= now) break;
      last.delete(other);
    }
    return `${keyName}-${seconds}`;
  };
}
