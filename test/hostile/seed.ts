import { seedFrom } from '../support/seed.ts';

/** Where the random cases of this file come from; printed, so that what failed can be replayed. */
export const SEED = seedFrom('HOSTILE_SEED');

/** How many random cases each property tries. */
export const RUNS = Number(process.env['HOSTILE_RUNS'] ?? 30);

/** How many calls the memory is watched over. */
export const CALLS = Number(process.env['HOSTILE_CALLS'] ?? 2_000);

/** For the titles of tests. */
export const REPLAY = `HOSTILE_SEED=${SEED} HOSTILE_RUNS=${RUNS} HOSTILE_CALLS=${CALLS}`;
