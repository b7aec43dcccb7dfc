import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { readCache, type ReadCache, type StorageReader } from '../../src/framework/index.ts';
import { MAX_AGE_MS } from '../../src/framework/read-cache.ts';
import { activeNode, inMemoryStorage, type BackendContext, type Storage } from '../../src/logical/index.ts';
import { testClock, type TestClock } from '../support/distributed-key.ts';
import { seedFrom } from '../support/seed.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300);
const SEED = seedFrom('PROPERTY_SEED');

interface Thing {
  readonly text: string;
}

const thing = (text: string): Buffer => Buffer.from(text);

describe('a read cache', () => {
  let storage: Storage;
  let gets: number;
  let clock: TestClock;
  let cache: ReadCache;
  beforeEach(() => {
    storage = counted(inMemoryStorage());
    clock = testClock();
    cache = readCache({ clock });
    gets = 0;
  });
  const counted = (stored: Storage): Storage => ({
    ...stored,
    get: (...args) => {
      gets++;
      return stored.get(...args);
    },
  });
  const contextOf = (over: Partial<BackendContext> = {}): BackendContext => ({
    storage,
    system: activeNode,
    signal: new AbortController().signal,
    ...over,
  });
  const read =
    (key: string) =>
    async (from: StorageReader): Promise<Thing | undefined> => {
      const entry = await from.get(key);
      return entry && { text: Buffer.from(entry.value).toString() };
    };
  const peek = async (key: string, over?: Partial<BackendContext>): Promise<string | undefined> =>
    (await cache.peek(contextOf(over), key, read(key)))?.text;

  it('reads a record once', async () => {
    await storage.put({ key: 'a', value: thing('1') });
    expect([await peek('a'), await peek('a'), await peek('a')]).toEqual(['1', '1', '1']);
    expect(gets).toBe(1);
    expect(cache.stats()).toMatchObject({ hits: 2, misses: 1, entries: 1, evictions: 0 });
  });

  it('does not remember that there is no record', async () => {
    expect(await peek('a')).toBeUndefined();
    await storage.put({ key: 'a', value: thing('1') });
    expect(await peek('a')).toBe('1');
  });

  it('reads a record again that the server says has changed', async () => {
    await storage.put({ key: 'a', value: thing('1') });
    await peek('a');
    await storage.put({ key: 'a', value: thing('2') });
    cache.invalidate('b');
    expect(await peek('a')).toBe('1');
    cache.invalidate('a');
    expect(await peek('a')).toBe('2');
    expect(cache.stats()).toMatchObject({ entries: 1 });
  });

  it.each(['', 'folder/'])('forgets everything when the server names "%s"', async (key) => {
    await storage.put({ key: 'a', value: thing('1') });
    await peek('a');
    await storage.put({ key: 'a', value: thing('2') });
    cache.invalidate(key);
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0 });
    expect(await peek('a')).toBe('2');
  });

  it('reads a record again after the longest age, for changes that nobody tells of', async () => {
    await storage.put({ key: 'a', value: thing('1') });
    await peek('a');
    await storage.put({ key: 'a', value: thing('2') });
    clock.advance(MAX_AGE_MS - 1);
    expect(await peek('a')).toBe('1');
    clock.advance(1);
    expect(await peek('a')).toBe('2');
  });

  it('gives what it has read from one storage to that storage only', async () => {
    await storage.put({ key: 'a', value: thing('now') });
    await peek('a');
    const snapshot: Storage = { ...inMemoryStorage(), ofOneRequest: true };
    await snapshot.put({ key: 'a', value: thing('then') });
    expect(await peek('a', { storage: snapshot })).toBe('then');
    expect(await peek('a')).toBe('now');
    expect(gets).toBe(1);
    const other = inMemoryStorage();
    await other.put({ key: 'a', value: thing('elsewhere') });
    expect(await peek('a', { storage: other })).toBe('elsewhere');
    expect(await peek('a')).toBe('now');
  });

  it('remembers nothing where the server says that caching is disabled, or does not say', async () => {
    await storage.put({ key: 'a', value: thing('1') });
    const disabled = async (): Promise<boolean> => Promise.reject(new Error('no view'));
    for (const system of [
      { ...activeNode, cachingDisabled: disabled },
      { ...activeNode, cachingDisabled: async () => true },
    ]) {
      await peek('a', { system });
      await storage.put({ key: 'a', value: thing(String(gets)) });
      expect(await peek('a', { system })).toBe(String(gets - 1));
    }
    expect(cache.stats()).toMatchObject({ entries: 0, hits: 0, misses: 0 });
  });

  it('gives a frozen record, and takes none that failed to be read', async () => {
    const deep = async (): Promise<object> => ({ versions: { 1: { ids: ['a'] } } });
    const record = await cache.peek(contextOf(), 'a', deep);
    expect(() => {
      (record as { versions: { 1: { ids: string[] } } }).versions[1].ids.push('b');
    }).toThrow(TypeError);
    const failing = async (from: StorageReader): Promise<object> => {
      await from.get('b');
      throw new Error('unreadable');
    };
    await expect(cache.peek(contextOf(), 'b', failing)).rejects.toThrow('unreadable');
    expect(cache.stats()).toMatchObject({ entries: 1 });
  });

  describe('remembers what was written', () => {
    const write = async (key: string, text: string, over: Partial<Storage> = {}): Promise<void> => {
      const at = { ...storage, ...over };
      const put = (): Promise<void> => at.put({ key, value: thing(text) });
      const written = { storage, size: text.length, record: () => ({ text }) };
      await cache.changing(key, put, written).catch(() => undefined);
    };
    beforeEach(async () => {
      await storage.put({ key: 'other', value: thing('') });
      // The server says that caching is not disabled.
      await peek('other');
      gets = 0;
    });

    it('once the write has succeeded', async () => {
      await write('a', '1');
      await write('a', '2');
      expect([await peek('a'), gets]).toEqual(['2', 0]);
    });

    it('unless it failed, as it may have had its effect', async () => {
      await write('a', '1');
      const lost = async (...entry: Parameters<Storage['put']>): Promise<void> => {
        await storage.put(...entry);
        throw new Error('lost');
      };
      await write('a', '2', { put: lost });
      expect([await peek('a'), gets]).toEqual(['2', 1]);
    });

    it('unless the server says meanwhile that somebody else has changed it', async () => {
      const overtaken = async (...entry: Parameters<Storage['put']>): Promise<void> => {
        await storage.put(...entry);
        await storage.put({ key: 'a', value: thing('theirs') });
        cache.invalidate('a');
      };
      await write('a', 'mine', { put: overtaken });
      expect(await peek('a')).toBe('theirs');
    });

    it('only for the storage that it was written to', async () => {
      await write('a', '1');
      const other = inMemoryStorage();
      expect(await peek('a', { storage: other })).toBeUndefined();
    });

    it('not before the server has said that caching is not disabled', async () => {
      cache = readCache({ clock });
      await write('a', '1');
      expect(cache.stats()).toMatchObject({ entries: 0 });
    });
  });

  it('drops what was used longest ago when its bytes are spent', async () => {
    cache = readCache({ clock, maxBytes: 20_000 });
    const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
    for (const key of names) await storage.put({ key, value: thing('x'.repeat(100)) });
    for (const key of names) {
      await peek(key);
      await peek('n0');
      expect(cache.stats().bytes).toBeLessThanOrEqual(20_000);
    }
    const { entries, evictions } = cache.stats();
    expect(entries + evictions).toBe(30);
    expect(entries).toBeGreaterThan(5);
    gets = 0;
    await peek('n0');
    await peek('n29');
    expect(gets).toBe(0);
    await peek('n1');
    expect(gets).toBe(1);
    // More than all others together: it is not worth it.
    await storage.put({ key: 'huge', value: thing('x'.repeat(30_000)) });
    await peek('huge');
    expect(cache.stats().entries).toBeGreaterThan(5);
  });

  it(`never gives a state from before a write that was acknowledged when the read began (seed ${SEED}, ${RUNS} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('write', 'delete', 'lost', 'refused', 'foreign', 'clear'), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (scheduler, writes, readers, small) => {
          const run = interleaving(scheduler, small ? 900 : undefined);
          const inTurn = async (verbs: readonly string[]): Promise<void> => {
            for (const verb of verbs) await run(verb);
          };
          const clients = [writes, ...readers.map((reads) => Array.from({ length: reads }, () => 'read'))];
          await scheduler.waitFor(Promise.all(clients.map(inTurn)));
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

/**
 * Reads and changes two records, each made of two storage keys, at the same time; every effect on storage and every
 * answer of it comes when the scheduler says so.
 */
function interleaving(scheduler: fc.Scheduler, maxBytes: number | undefined): (verb: string) => Promise<void> {
  const cache = readCache({ clock: testClock(), ...(maxBytes === undefined ? {} : { maxBytes }) });
  const stored = new Map([
    ['head', 0],
    ['part', 0],
  ]);
  const moment = (name: string): Promise<unknown> => scheduler.schedule(Promise.resolve(), name);
  const storage: Storage = {
    ...inMemoryStorage(),
    async get(key) {
      await moment(`get ${key} arrives`);
      const value = stored.get(key);
      await moment(`get ${key} is answered`);
      return value === undefined ? undefined : { key, value: Buffer.from(String(value)) };
    },
  };
  const context: BackendContext = { storage, system: activeNode, signal: new AbortController().signal };
  // What each record is at least, to a read that begins now; a state is a number that only grows, odd when deleted.
  const acknowledged = new Map<string, number>();
  let state = 0;
  const effect = (key: string, to: number, outcome: 'done' | 'lost' | 'refused') => async (): Promise<void> => {
    await moment(`write of ${key} arrives`);
    if (outcome !== 'refused') stored.set(key, to);
    await moment(`write of ${key} is answered`);
    if (outcome !== 'done') throw new Error(outcome);
  };
  const change = async (verb: string): Promise<void> => {
    const to = (state += 2) + (verb === 'delete' ? 1 : 0);
    const outcome = verb === 'lost' || verb === 'refused' ? verb : 'done';
    for (const key of ['part', 'head']) {
      try {
        if (verb === 'foreign') await effect(key, to, 'done')();
        else if (key === 'head' || verb === 'delete') await cache.changing(key, effect(key, to, outcome));
        else await cache.changing(key, effect(key, to, outcome), { storage, size: 9, record: () => ({ part: to }) });
      } finally {
        if (verb === 'foreign') cache.invalidate(key);
        // Also what a write did whose answer was lost.
        acknowledged.set(key, stored.get(key) ?? 0);
      }
    }
  };
  const read = async (): Promise<void> => {
    const least = new Map(acknowledged);
    const record = await cache.peek(context, 'head', async (from) => {
      const head = Number((await from.get('head'))?.value.toString() ?? 1);
      const part = Number((await from.get('part'))?.value.toString() ?? 1);
      return head % 2 === 1 ? undefined : { head, part };
    });
    const single = await cache.peek(context, 'part', async (from) => {
      const part = Number((await from.get('part'))?.value.toString() ?? 1);
      return part % 2 === 1 ? undefined : { part };
    });
    if (single) expect(single.part).toBeGreaterThanOrEqual(least.get('part') ?? 0);
    if (record === undefined) return;
    expect(record.head).toBeGreaterThanOrEqual(least.get('head') ?? 0);
    expect(record.part).toBeGreaterThanOrEqual(least.get('part') ?? 0);
  };
  return async (verb) => {
    if (verb === 'read') await read();
    else if (verb === 'clear') cache.clear();
    else await change(verb).catch(() => undefined);
  };
}
