import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { AES, AWS, PURPOSE } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';

const KMS = AWS;
const entries = (count: number, value = 'v'): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`name_${index}`, value]));

describe('limits on the size of requests', () => {
  let engine: Engine;
  let storage: InMemoryStorage;

  beforeEach(async () => {
    storage = inMemoryStorage();
    engine = await startEngine({ storage, drivers: modelCloud().drivers });
    await engine.write('kms/aws', KMS);
    await engine.write('key/k', AES);
  });

  const allowed: readonly (readonly [string, JsonObject | string | readonly string[]])[] = [
    ['64 entries', entries(64)],
    ['64 entries in a list', Object.entries(entries(64)).map((pair) => pair.join('='))],
    ['a name of 128 characters', { ['n'.repeat(128)]: 'v' }],
    ['a value of 16 KiB', { file: 'v'.repeat(16 * 1024) }],
    ['a value of 16 KiB as text', `file=${'v'.repeat(16 * 1024)}`],
  ];
  it.each(allowed)('accepts credentials with %s', async (_, credentials) => {
    expect(await engine.errorOf(engine.write('kms/new', { ...KMS, credentials }))).toBeUndefined();
    expect(await engine.errorOf(engine.write('kms/aws', { credentials }))).toBeUndefined();
  });

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ['65 entries', entries(65), /^credentials has 65 entries, and at most 64 are taken/],
    ['20,000 entries', entries(20_000), /^credentials has 20000 entries, and at most 64/],
    ['a name of 129 characters', { ['n'.repeat(129)]: 'v' }, /^credentials has a name of 129 .*at most 128/],
    ['a value above 16 KiB', { file: 'ü'.repeat(8193) }, /^credentials has a value of 16386 bytes.*at most 16384/],
    ['more than 64 KiB in all', entries(5, 'v'.repeat(15_000)), /^credentials has 75030 bytes in all.*at most 65536/],
    ['a text above 64 KiB', 'x='.repeat(40_000), /"credentials": it has 80000 characters, and may have 65536/],
    ['70,000 pairs', Array(70_000).fill('a=b'), /"credentials": it has 70000 elements, and may have 65536/],
    ['70,000 members', entries(70_000), /"credentials": it has 70000 members, and may have 65536/],
  ];
  it.each(refused)('refuses credentials with %s', async (_, credentials, text) => {
    const data = { ...KMS, credentials } as JsonObject;
    const before = storage.keys();
    expect(await engine.errorOf(engine.request('create', 'kms/new', data))).toMatch(text);
    expect(await engine.errorOf(engine.request('update', 'kms/aws', data))).toMatch(text);
    expect(storage.keys()).toEqual(before);
  });

  it('accepts stored credentials above the limits', async () => {
    const credentials = entries(5_000, 'v'.repeat(50));
    const record = { schema: 1, ...KMS, credentials };
    await storage.put({ key: 'kms/old', value: Buffer.from(JSON.stringify(record)) });
    expect(await engine.read('kms/old')).toEqual(KMS);
    expect(await engine.errorOf(engine.write('kms/old', { key_collection: 'us-west-1' }))).toBeUndefined();
    expect(await engine.errorOf(engine.write('kms/old/key/k', PURPOSE))).toBeUndefined();
    expect(await engine.errorOf(engine.write('kms/old', { credentials: { access_key: 'a' } }))).toBeUndefined();
  });

  it.each([
    ['kms/aws/key/k', { purpose: Array(1e6).fill('encrypt') }, /"purpose": it has 1000000 elements, and may have 1000/],
    ['kms/aws/key/k', { purpose: ','.repeat(1e6) }, /"purpose": it has 1000000 characters, and may have 1000/],
    [
      'key/k',
      { replica_regions: Array(1e6).fill([]) },
      /"replica_regions": it has 1000000 elements, and may have 1000/,
    ],
    ['key/k', entries(100_000), /^the request has 100000 parameters: at most 1000 are taken/],
  ] as const)('%s refuses oversized fields and requests', async (path, data, text) => {
    // As a server asks: the existence check is the first to see the data.
    const answer = async (): Promise<unknown> => engine.errorOf(engine.write(path, data));
    expect(await answer()).toMatch(text);
  });
});
