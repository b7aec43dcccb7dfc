import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to connections and to servers that ask for any (Linux: 32768, others: 49152), and
 * above those that `fetch` refuses to call, the highest of which is 10080 (Fetch standard, "bad port").
 */
const [FIRST, LAST] = [10_081, 32_000];

/**
 * Ports of 127.0.0.1 that nothing listens on just now. They are chosen at random from those that no system gives away by
 * itself, so that none is taken between the look and its use, but by a program that was told to use that very port.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
