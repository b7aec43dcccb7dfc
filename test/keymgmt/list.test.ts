import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { inMemoryStorage, startEngine, type Engine } from '../support/engine.ts';
import { AES, AWS, PURPOSE } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';

describe('LIST', () => {
  let engine: Engine;
  const names = ['Z', 'a', 'a-1', 'a.1', 'b'];

  beforeAll(async () => {
    engine = await startEngine({ drivers: modelCloud().drivers });
    await engine.write('kms/only', AWS);
    for (const name of names) {
      await engine.write(`key/${name}`, AES);
      await engine.write(`kms/only/key/${name}`, PURPOSE);
      await engine.write(`kms/${name}`, AWS);
    }
  });

  const pages: readonly (readonly [JsonObject, readonly number[]])[] = [
    [{}, [0, 1, 2, 3, 4]],
    [{ limit: '2' }, [0, 1]],
    [{ after: 'a', limit: 2 }, [2, 3]],
    [{ after: 'a' }, [2, 3, 4]],
    // Need not exist.
    [{ after: 'a-0' }, [2, 3, 4]],
    [{ after: 'Z', limit: 1 }, [1]],
    [{ limit: 0 }, [0, 1, 2, 3, 4]],
    [{ limit: -1, after: '' }, [0, 1, 2, 3, 4]],
    [{ limit: '', after: null }, [0, 1, 2, 3, 4]],
    [{ limit: 99 }, [0, 1, 2, 3, 4]],
    [{ after: 'b' }, []],
  ];

  it.each(pages)('key/ and kms/:name/key/ with %j', async (query, indices) => {
    const keys = indices.map((index) => names[index]);
    // A server answers 404 to an empty list.
    const expected = keys.length > 0 ? { data: { keys } } : {};
    expect(await engine.request('list', 'key/', query)).toEqual(expected);
    expect(await engine.request('list', 'kms/only/key/', query)).toEqual(expected);
  });

  it('kms/ returns each KMS once over all pages', async () => {
    const seen: unknown[] = [];
    for (let after = ''; ;) {
      const page = await engine.request('list', 'kms/', { after, limit: 4 });
      const keys = page?.data?.['keys'] as readonly string[] | undefined;
      if (!keys) break;
      expect(keys.length).toBeLessThanOrEqual(4);
      seen.push(...keys);
      after = keys.at(-1) ?? '';
    }
    expect(seen).toEqual([...names, 'only'].toSorted());
  });

  it('lost-key/ is paginated', async () => {
    const storage = inMemoryStorage();
    for (const name of names) await storage.put({ key: `material/${name}/1`, value: Buffer.of(1, 1) });
    const restored = await startEngine({ storage, drivers: modelCloud().drivers });
    expect(await restored.request('list', 'lost-key/', { after: 'a', limit: 2 })).toEqual({
      data: { keys: ['a-1', 'a.1'] },
    });
  });

  it('key/:name/kms/ is paginated', async () => {
    expect(await engine.request('list', 'key/a/kms/', { after: 'on', limit: 1 })).toEqual({ data: { keys: ['only'] } });
    expect(await engine.request('list', 'key/a/kms/', { after: 'only' })).toEqual({});
  });

  it('refuses a limit that is not a number', async () => {
    const answer = await engine.request('list', 'key/', { limit: 'many' });
    expect(answer?.data?.['error']).toMatch(/field "limit"/);
  });
});
