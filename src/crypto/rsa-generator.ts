import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { unlessAborted } from '../support/unless-aborted.ts';
import { keyMaterial, type KeyMaterial } from './key-material.ts';

export interface RsaGeneratorLimits {
  /** How many keys are made at a time. @default one less than there are processors, 1 to 4 */
  readonly atOnce?: number;
  /** How many more may wait. @default 64 */
  readonly waiting?: number;
}

/** Too many keys wait already; nothing was begun. */
export class TooManyGenerationsError extends Error {
  override readonly name = 'TooManyGenerationsError';
}

interface RsaKey {
  readonly material: KeyMaterial;
  readonly publicKey: string;
}

/** @throws {TooManyGenerationsError}; the signal's reason, once it is aborted */
type RsaGenerator = (bits: number, signal?: AbortSignal) => Promise<RsaKey>;

/** What a worker answers with. */
interface Answer {
  readonly publicKey: string;
  readonly privateKey: Uint8Array<ArrayBuffer>;
}

/** Text, as the plugin is one file and has none beside it. What it makes is moved to who asked for it, not copied. */
const WORKER = `
const { generateKeyPairSync } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: workerData,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
});
const moved = Uint8Array.from(privateKey);
privateKey.fill(0);
parentPort.postMessage({ publicKey, privateKey: moved }, [moved.buffer]);
`;

const DEFAULT_AT_ONCE = Math.max(1, Math.min(4, availableParallelism() - 1));

/**
 * Makes RSA keys, each in a thread of its own that ends with it. Who has to wait is served first come first served;
 * whose signal is aborted while waiting costs nothing more. OpenSSL cannot be stopped within a key: what nobody waits
 * for any more is zeroed when it is there, and keeps its place until then.
 */
export function rsaGenerator(limits: RsaGeneratorLimits = {}): RsaGenerator {
  const { atOnce = DEFAULT_AT_ONCE, waiting: mostWaiting = 64 } = limits;
  let running = 0;
  const waiting = new Set<() => void>();

  const turn = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', giveUp);
        waiting.delete(begin);
        running += 1;
        resolve();
      };
      const giveUp = (): void => {
        waiting.delete(begin);
        reject(signal?.reason as Error);
      };
      if (running < atOnce) {
        begin();
        return;
      }
      if (waiting.size >= mostWaiting) {
        reject(
          new TooManyGenerationsError(
            `too many RSA keys are being generated (${atOnce} at once, ${mostWaiting} waiting)`,
          ),
        );
        return;
      }
      waiting.add(begin);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  const done = (): void => {
    running -= 1;
    const [next] = waiting;
    next?.();
  };

  return async (bits, signal) => {
    await turn(signal);
    const generated = inWorker(bits).finally(done);
    try {
      return await unlessAborted(generated, signal);
    } catch (error) {
      // Unless it has failed itself.
      generated.then(({ material }) => {
        material.destroy();
      }, ignored);
      throw error;
    }
  };
}

const ignored = (): undefined => undefined;

/** Resolves when the thread is gone. */
function inWorker(bits: number): Promise<RsaKey> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, {
      eval: true,
      workerData: bits,
      // Nothing of the process's own: neither variables nor options that make Node print, nor its output.
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    let key: RsaKey | undefined;
    let failure = new Error('the thread that generates RSA keys has ended without one');
    worker.on('message', ({ publicKey, privateKey }: Answer) => {
      key = { material: keyMaterial(Buffer.from(privateKey.buffer)), publicKey };
    });
    worker.on('error', (error) => (failure = error));
    worker.on('exit', () => {
      if (key) resolve(key);
      else reject(failure);
    });
    // No reason for the process to stay.
    worker.unref();
  });
}
