import { V8_OPTIONS } from '../build/launcher.ts';

/**
 * The options of Node.js and V8 that stand in each executable; nothing outside of it adds one. This is the place to tune
 * V8: an option for the size of the heap or the young generation goes here, and `npm run bench:start -- 15 dist/<file>` measures it.
 *
 * V8 takes a code cache only from a V8 with the same options, so the cache is made with these as well
 * (dev/dist/code-cache.ts), and a build fails if the executable rejects it.
 */
export const EXEC_ARGV: readonly string[] = [
  // SIGUSR1 would open a debugger on a port; the plugin's own code ignores the signal a moment later than this.
  '--disable-sigusr1',
  ...V8_OPTIONS,
];
