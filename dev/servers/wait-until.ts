import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks until the answer is something else than undefined or false, and returns it.
 *
 * @throws {Error} naming `what`, when `seconds` have passed; and what `ask` throws
 */
export async function waitUntil<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = 30): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} seconds in vain until ${what}`);
    await delay(50);
  }
}
