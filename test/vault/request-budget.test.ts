import { EventEmitter } from 'node:events';
import { Metadata, status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { callRegistry } from '../../src/goplugin/call-registry.ts';
import { activeNode, inMemoryStorage, type Backend } from '../../src/logical/index.ts';
import { silentLogger } from '../../src/support/logger.ts';
import { backendHandlers } from '../../src/vault/backend-service.ts';
import type { MountedBackends } from '../../src/vault/mounted-backends.ts';
import { manualTimer, type ManualTimer } from '../support/manual-timer.ts';

const NOW = 1_700_000_000_000;

/** A mount whose requests, and whose end, wait until their signal aborts. */
const waiting = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
const backend = { handleRequest: ({ signal }: { signal: AbortSignal }) => waiting(signal) } as unknown as Backend;

interface Begun {
  readonly time: ManualTimer;
  readonly caller: EventEmitter;
  readonly answer: Promise<unknown>;
}

function begin(method: 'HandleRequest' | 'Cleanup', deadline: Date | number): Begun {
  const time = manualTimer();
  const mount = { backend, system: activeNode, storageFor: () => inMemoryStorage() };
  const backends = { find: () => mount, cleanup: async ({ signal }: { signal: AbortSignal }) => waiting(signal) };
  const handlers = backendHandlers({
    backends: backends as unknown as MountedBackends,
    unary: callRegistry(silentLogger).unary,
    logger: silentLogger,
    clock: { now: () => NOW },
    timer: time.timer,
    metadataMode: false,
  });
  const call = { request: { request: { data: '', headers: {} } }, metadata: new Metadata() };
  const caller = Object.assign(new EventEmitter(), { ...call, getDeadline: () => deadline, getPath: () => method });
  const answer = new Promise((resolve) => {
    const handler = handlers[method] as unknown as (call: unknown, callback: (...answer: unknown[]) => void) => void;
    handler(caller, (error, reply) => {
      resolve(error ?? reply);
    });
  });
  return { time, caller, answer };
}

it.each([
  ["five seconds less than the server's deadline", 90_000, 85_000],
  ['at least half of a near deadline', 8_000, 5_000],
  ['all of a very near one', 300, 300],
  ['45 seconds where the server has none', Infinity, 45_000],
])('a request has %s', (_name, left, budget) => {
  expect(begin('HandleRequest', NOW + left).time.running).toEqual([budget]);
  expect(begin('HandleRequest', new Date(NOW + 60_000)).time.running).toEqual([55_000]);
});

it('a request whose time is over is answered by 504, and takes no timer along', async () => {
  const { time, answer } = begin('HandleRequest', NOW + 90_000);
  time.pass(84_999);
  expect(time.running).toEqual([1]);
  time.pass(1);
  expect(await answer).toMatchObject({ err: { err_code: 504, err_msg: /^not finished within 85 s: / } });
  expect(time.running).toEqual([]);
});

it('a request whose caller leaves ends at once', async () => {
  const { time, caller } = begin('HandleRequest', NOW + 90_000);
  caller.emit('cancelled');
  await expect.poll(() => time.running).toEqual([]);
});

it('the end of a mount has a budget as well', async () => {
  const { time, answer } = begin('Cleanup', Infinity);
  time.pass(45_000);
  expect(await answer).toMatchObject({ code: status.INTERNAL });
});
