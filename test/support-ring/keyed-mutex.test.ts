import { describe, expect, it } from 'vitest';
import { keyedMutex } from '../../src/support/keyed-mutex.ts';

/** A task that runs until it is told to end. */
function heldTask(log: string[], name: string): { readonly run: () => Promise<string>; readonly end: () => void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    run: async () => {
      log.push(`${name} begins`);
      await ended;
      log.push(`${name} ends`);
      return name;
    },
    end,
  };
}

/** Lets everything run that can. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('keyedMutex', () => {
  it('lets one holder in at a time, first come first served', async () => {
    const mutex = keyedMutex();
    const log: string[] = [];
    const tasks = ['a', 'b', 'c'].map((name) => heldTask(log, name));
    const results = tasks.map(({ run }) => mutex.run('k', run));
    await settle();
    expect(log).toEqual(['a begins']);
    // In the wrong order: who has not begun yet cannot overtake.
    for (const { end } of tasks.reverse()) end();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('leaves other keys alone', async () => {
    const mutex = keyedMutex();
    const held = heldTask([], 'a');
    const first = mutex.run('k', held.run);
    expect(await mutex.run('other', async () => 'done')).toBe('done');
    held.end();
    await first;
  });

  it('lets the next one in after a failure, which only its own caller sees', async () => {
    const mutex = keyedMutex();
    const failed = mutex.run('k', async () => {
      throw new Error('the task failed');
    });
    const next = mutex.run('k', async () => 'done');
    await expect(failed).rejects.toThrow('the task failed');
    expect(await next).toBe('done');
  });

  it('lets nobody wait for a task that throws before its first await', async () => {
    const mutex = keyedMutex();
    const failed = mutex.run('k', () => {
      throw new Error('at once');
    });
    await expect(failed).rejects.toThrow('at once');
    expect(await mutex.run('k', async () => 'done')).toBe('done');
  });

  it('runs nothing for a signal that has aborted already', async () => {
    const reason = new Error('too late');
    const log: string[] = [];
    await expect(keyedMutex().run('k', heldTask(log, 'a').run, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(log).toEqual([]);
  });

  it('ends the wait of one whose signal aborts at once, and keeps the others in order and apart', async () => {
    const mutex = keyedMutex();
    const log: string[] = [];
    const [a, b, c] = [heldTask(log, 'a'), heldTask(log, 'b'), heldTask(log, 'c')];
    const controller = new AbortController();
    const first = mutex.run('k', a.run);
    const second = mutex.run('k', b.run, controller.signal);
    const third = mutex.run('k', c.run);
    const reason = new Error('the client is gone');
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    await settle();
    expect(log).toEqual(['a begins']);
    a.end();
    c.end();
    expect(await Promise.all([first, third])).toEqual(['a', 'c']);
    expect(log).toEqual(['a begins', 'a ends', 'c begins', 'c ends']);
  });

  it('keeps who comes after an aborted wait out while the holder is at work', async () => {
    const mutex = keyedMutex();
    const log: string[] = [];
    const [a, c] = [heldTask(log, 'a'), heldTask(log, 'c')];
    const controller = new AbortController();
    const first = mutex.run('k', a.run);
    const second = mutex.run('k', async () => 'b', controller.signal);
    controller.abort();
    await expect(second).rejects.toThrow();
    const third = mutex.run('k', c.run);
    await settle();
    expect(log).toEqual(['a begins']);
    a.end();
    c.end();
    await Promise.all([first, third]);
  });

  it('does not interrupt a task whose signal aborts while it runs', async () => {
    const mutex = keyedMutex();
    const held = heldTask([], 'a');
    const controller = new AbortController();
    const running = mutex.run('k', held.run, controller.signal);
    await settle();
    controller.abort();
    held.end();
    expect(await running).toBe('a');
  });

  it('leaves no listener on a signal that outlives the wait', async () => {
    const mutex = keyedMutex();
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const held = heldTask([], 'a');
    const first = mutex.run('k', held.run, signal);
    const second = mutex.run('k', async () => 'b', signal);
    await settle();
    expect(listeners).toBe(1);
    held.end();
    await Promise.all([first, second]);
    expect(listeners).toBe(0);
  });

  it('keeps nothing of keys that nobody holds or awaits', async () => {
    const kept: Map<unknown, unknown>[] = [];
    const RealMap = globalThis.Map;
    globalThis.Map = class<K, V> extends RealMap<K, V> {
      constructor() {
        super();
        kept.push(this);
      }
    };
    const mutex = keyedMutex();
    globalThis.Map = RealMap;
    const aborted = AbortSignal.abort(new Error('too late'));
    const held = heldTask([], 'a');
    const all = [
      mutex.run('k', held.run),
      mutex.run('k', async () => 'b'),
      mutex.run('k', async () => 'c', aborted).catch(() => 'c'),
      mutex.run('other', async () => 'd'),
    ];
    await settle();
    expect(kept.map(({ size }) => size)).toEqual([1]);
    held.end();
    await Promise.all(all);
    await settle();
    expect(kept.map(({ size }) => size)).toEqual([0]);
  });
});
