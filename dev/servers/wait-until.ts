import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks until the answer is something else than undefined or false, and returns it. What has taken long is asked for less
 * often: an answer is seen a twentieth of the time late at most.
 *
 * @throws {Error} naming `what`, when `seconds` have passed; and what `ask` throws
 */
export async function waitUntil<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = 90): Promise<T> {
  const start = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    const elapsed = performance.now() - start;
    if (elapsed > seconds * 1000) throw new Error(`waited ${seconds} seconds in vain until ${what}`);
    await delay(Math.max(50, elapsed / 20));
  }
}
