import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HostConnection } from '../../src/goplugin/host-connection.ts';
import { RpcError } from '../../src/goplugin/rpc-error.ts';
import { silentLogger } from '../../src/support/logger.ts';
import { eventsClient, type EventsClient } from '../../src/vault/events-client.ts';
import type { SendEventRequest } from '../../src/vault/generated/pb/SendEventRequest.ts';
import { vaultServices } from '../../src/vault/wire.ts';
import { manualTimer, type ManualTimer } from '../support/manual-timer.ts';

describe('events on their way to the server', () => {
  let answer: (type: string, signal: AbortSignal) => Promise<unknown>;
  let requests: SendEventRequest[];
  let log: string[];
  let timer: ManualTimer;
  let client: EventsClient;
  const types = (): unknown[] => requests.map(({ event_type }) => event_type);
  const never = new AbortController().signal;
  const hanging = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  /** All that can go on without time passing has gone on. */
  const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  beforeEach(() => {
    answer = async () => ({});
    requests = [];
    log = [];
    timer = manualTimer();
    const connection = {
      call: async (_method: unknown, request: SendEventRequest, { signal }: { signal: AbortSignal }) => {
        signal.throwIfAborted();
        requests.push(request);
        return answer(request.event_type ?? '', signal);
      },
    } as unknown as HostConnection;
    const noting =
      (level: string) =>
      (message: string, fields = {}): void => {
        log.push(`${level} ${message} ${JSON.stringify(fields)}`);
      };
    client = eventsClient({
      connection,
      service: vaultServices().events,
      logger: { ...silentLogger, debug: noting('debug'), warn: noting('warn') },
      timer: timer.timer,
      newId: () => `id-${requests.length + 1}`,
    });
  });

  it('go one after the other, each with an id, and with strings as metadata', async () => {
    let isBusy = false;
    answer = async () => {
      expect(isBusy).toBe(false);
      isBusy = true;
      await settled();
      isBusy = false;
    };
    client.send('a/one', { path: 'key/k', modified: 'true' });
    client.send('a/two', {});
    await client.end(never);
    expect(requests).toEqual([
      {
        event_type: 'a/one',
        event: {
          id: 'id-1',
          metadata: { fields: { path: { stringValue: 'key/k' }, modified: { stringValue: 'true' } } },
        },
      },
      { event_type: 'a/two', event: { id: 'id-2', metadata: { fields: {} } } },
    ]);
    expect(log).toEqual([]);
    expect(timer.running).toEqual([]);
  });

  it.each([
    ['does not know the service', new RpcError(status.UNIMPLEMENTED, 'unknown service pb.Events')],
    ['has them switched off', new RpcError(status.UNKNOWN, 'event broker has not been started')],
  ])('end with the first one where the server %s', async (_, refusal) => {
    answer = () => Promise.reject(refusal);
    client.send('a/one', {});
    client.send('a/two', {});
    await settled();
    client.send('a/three', {});
    await client.end(never);
    expect(types()).toEqual(['a/one']);
    expect(log).toEqual([`debug the server takes no events {"reason":"${refusal.message}"}`]);
  });

  it('go on after one that the server refuses', async () => {
    answer = async (type) => {
      if (type === 'a/one') throw new RpcError(status.UNKNOWN, 'no namespace');
    };
    client.send('a/one', {});
    client.send('a/two', {});
    await client.end(never);
    expect(types()).toEqual(['a/one', 'a/two']);
    expect(log).toEqual(['debug an event was not sent {"event":"a/one","reason":"no namespace"}']);
  });

  it('do not wait for longer than two seconds for the one before', async () => {
    answer = (type, signal) => (type === 'a/one' ? hanging(signal) : Promise.resolve({}));
    client.send('a/one', {});
    client.send('a/two', {});
    timer.pass(1_999);
    await settled();
    expect(types()).toEqual(['a/one']);
    timer.pass(1);
    await settled();
    expect(types()).toEqual(['a/one', 'a/two']);
    expect(log).toEqual([expect.stringContaining('the server did not take it within 2 s')]);
  });

  it('are a thousand at most while the server hangs: the oldest are dropped and counted', async () => {
    answer = (type, signal) => (type === 'a/0' ? hanging(signal) : Promise.resolve({}));
    for (let number = 0; number <= 1_010; number++) client.send(`a/${number}`, {});
    timer.pass(2_000);
    await client.end(never);
    expect(types()).toHaveLength(1_001);
    expect(types().slice(0, 2)).toEqual(['a/0', 'a/11']);
    expect(types().at(-1)).toBe('a/1010');
    expect(log.at(-1)).toBe('warn events were dropped {"count":10}');
  });

  describe('when the mount ends', () => {
    beforeEach(() => {
      answer = (_, signal) => hanging(signal);
      client.send('a/one', {});
      client.send('a/two', {});
    });

    it.each(['time', 'the server'])('are given up when %s is over', async (what) => {
      const server = new AbortController();
      const ended = client.end(server.signal);
      if (what === 'time') timer.pass(2_000);
      else server.abort();
      await ended;
      expect(types()).toEqual(['a/one']);
      expect(timer.running).toEqual([]);
      client.send('a/three', {});
      await settled();
      expect(types()).toEqual(['a/one']);
    });

    it('are given up at once where the server can be asked nothing', async () => {
      await client.end(undefined);
      expect(types()).toEqual(['a/one']);
      expect(timer.running).toEqual([]);
    });
  });
});
