import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { lifecycleState, useOf, type LifecycleState } from '../../src/keymgmt/records/lifecycle.ts';
import type { Distribution } from '../../src/keymgmt/records/distribution.ts';
import { distribute, distributedKey, testClock, writeKey } from '../support/distributed-key.ts';
import type { Engine } from '../support/engine.ts';
import { created, creating, keyWith, known, ready } from '../support/records.ts';

const read = async (engine: Engine, data: JsonObject = {}): Promise<JsonObject> =>
  (await engine.request('read', 'inventory', data))?.data ?? {};
const keysOf = (page: JsonObject): Readonly<Record<string, { readonly versions: JsonObject } & JsonObject>> =>
  page['keys'] as never;

describe('GET inventory', () => {
  it('has each key with its versions, their states and where they are', async () => {
    const clock = testClock();
    const { engine } = await distributedKey({ clock });
    clock.advance(90_500);
    await engine.write('key/k/rotate');
    await engine.write('key/k/rotate');
    await engine.write('key/k', { min_enabled_version: 2 });
    clock.advance(10_000);
    const name = (await engine.read('kms/aws/key/k'))?.['name'];
    const version = (state: string, use: string, id: number, age: number): JsonObject => ({
      ...{ state, use, age_seconds: age },
      created: id === 1 ? '2026-01-01T00:00:00.000Z' : '2026-01-01T00:01:30.500Z',
      places: { 'us-west-1': { remote_id: `key-${id}`, recorded_state: state === 'active' ? 'enabled' : 'disabled' } },
    });
    expect(await read(engine)).toEqual({
      generated_at: '2026-01-01T00:01:40.500Z',
      mount: '5f4dd6a8-0000-4000-8000-000000000001',
      keys: {
        k: {
          ...{ name: 'k', type: 'aes256-gcm96', bits: 256, security_strength: 256, origin: 'generated' },
          ...{ created: '2026-01-01T00:00:00.000Z', age_seconds: 100, last_rotation: '2026-01-01T00:01:30.500Z' },
          ...{ latest_version: 3, min_enabled_version: 2, deletion_allowed: false },
          ...{ kms: 'aws', provider: 'awskms', key_collection: 'us-west-1', account: '', remote_name: name },
          ...{ distribution_time: '2026-01-01T00:00:00.000Z', purpose: ['decrypt', 'encrypt'], protection: 'hsm' },
          ...{ removing: false, replaced: [] },
          versions: {
            1: version('deactivated', 'none', 1, 100),
            2: version('active', 'process', 2, 10),
            3: version('active', 'protect and process', 3, 10),
          },
        },
      },
      unreadable: {},
      next: '',
    });
  });

  it('tells the fingerprint of a public key, and asks no cloud', async () => {
    const { engine, cloud } = await distributedKey({ distributed: false });
    await engine.write('key/pair', { type: 'ecdsa-p521' });
    const before = cloud.calls.length;
    const { pair, k } = keysOf(await read(engine));
    expect(cloud.calls).toHaveLength(before);
    expect(pair).toMatchObject({ bits: 521, security_strength: 256, last_rotation: '' });
    expect(pair?.versions).toMatchObject({
      1: {
        state: 'pre-activation',
        use: 'none',
        public_key_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        places: {},
      },
    });
    expect(JSON.stringify(k)).not.toContain('sha256');
    expect(k).not.toHaveProperty('kms');
  });

  it('gives pages in the order of names, also of names that a JavaScript object has', async () => {
    const { engine } = await distributedKey();
    for (const key of ['a', '__proto__', 'constructor']) await writeKey(engine, { key });
    const first = await read(engine, { limit: 3 });
    expect(Object.keys(keysOf(first))).toEqual(['__proto__', 'a', 'constructor']);
    expect(first['next']).toBe('constructor');
    const last = await read(engine, { limit: 3, after: 'constructor' });
    expect([Object.keys(keysOf(last)), last['next']]).toEqual([['k'], '']);
    for (const limit of [0, 1001]) {
      const answer = engine.request('read', 'inventory', { limit });
      expect(await engine.errorOf(answer)).toMatch(/limit must be between 1 and 1000/);
    }
  });

  it('ends a page early where keys have many versions, or storage is slow, and never divides a key', async () => {
    const clock = testClock();
    let slow = 0;
    const { engine, storage } = await distributedKey({
      clock,
      recordSizes: { part: 64, changes: 16 },
      reached: (inner) => ({
        get: async (key, signal) => {
          if (key === 'key/k') clock.advance(slow);
          return inner.get(key, signal);
        },
      }),
    });
    for (const key of ['x', 'y']) await writeKey(engine, { key });
    const versions = (count: number, from = 1): JsonObject =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [from + i, { creation_time: '2026-01-01T00:00:00Z' }]),
      );
    const large = { schema: 1, type: 'aes256-gcm96', deletion_allowed: false, min_enabled_version: 1900 };
    for (let part = 0; part < 32; part++) {
      const value = Buffer.from(JSON.stringify({ schema: 1, versions: versions(64, part * 64 + 1) }));
      await storage.put({ key: `key-parts/large/${part}`, value });
    }
    const head = { ...large, latest_version: 2049, versions: versions(1, 2049), parts: { size: 64, count: 32 } };
    await storage.put({ key: 'key/large', value: Buffer.from(JSON.stringify(head)) });
    const first = await read(engine);
    expect(Object.keys(keysOf(first))).toEqual(['k', 'large']);
    expect(Object.keys(keysOf(first)['large']?.versions ?? {})).toHaveLength(2049);
    expect(keysOf(first)['large']?.versions).toMatchObject({
      1: { state: 'deactivated', created: '2026-01-01T00:00:00Z' },
      1900: { state: 'pre-activation' },
    });
    expect(first['next']).toBe('large');
    expect(Object.keys(keysOf(await read(engine, { after: 'large' })))).toEqual(['x', 'y']);
    slow = 31_000;
    expect(await read(engine)).toMatchObject({ next: 'k' });
  });

  it('shows the other keys where a record cannot be read', async () => {
    const { engine, storage } = await distributedKey();
    await writeKey(engine, { key: 'x' });
    await storage.put({ key: 'key/k', value: Buffer.from('{"schema":9}') });
    const page = await read(engine);
    expect(Object.keys(keysOf(page))).toEqual(['x']);
    expect(page['unreadable']).toEqual({
      k: expect.stringContaining('the record at "key/k" cannot be read') as string,
    });
  });

  it('calls a key that was removed from its KMS suspended, as it may be distributed again', async () => {
    const { engine } = await distributedKey();
    await engine.request('delete', 'kms/aws/key/k');
    expect(keysOf(await read(engine))['k']?.versions).toMatchObject({ 1: { state: 'suspended', places: {} } });
    await distribute(engine);
    expect(keysOf(await read(engine))['k']?.versions).toMatchObject({ 1: { state: 'active' } });
  });

  it('lists exactly the keys and versions that exist, after any history', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const verb = fc.constantFrom('create', 'rotate', 'distribute', 'remove', 'delete', 'raise');
    const history = fc.array(fc.tuple(verb, name), { minLength: 4, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 3 }), async (steps, limit) => {
        const { engine } = await distributedKey({ key: 'a', distributed: false });
        for (const [each, key] of steps) await engine.errorOf(takeStep(engine, each, key));
        const expected: Record<string, string[]> = {};
        for (const key of ((await engine.request('list', 'key/'))?.data?.['keys'] as string[] | undefined) ?? []) {
          const latest = (await engine.read(`key/${key}`))?.['latest_version'] as number;
          expected[key] = Array.from({ length: latest }, (_, index) => String(index + 1));
        }
        const listed: Record<string, string[]> = {};
        for (let after: unknown = '', pages = 0; pages === 0 || after !== ''; pages++) {
          const page = await read(engine, { after, limit } as JsonObject);
          for (const [key, { versions }] of Object.entries(keysOf(page))) listed[key] = Object.keys(versions);
          after = page['next'];
          expect(pages, 'pages').toBeLessThan(4);
        }
        expect(listed).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
});

function takeStep(engine: Engine, verb: string, key: string): Promise<never> | ReturnType<Engine['write']> {
  switch (verb) {
    case 'create':
      return engine.write(`key/${key}`, { type: 'aes256-gcm96', deletion_allowed: true });
    case 'rotate':
      return engine.write(`key/${key}/rotate`);
    case 'distribute':
      return distribute(engine, key);
    case 'remove':
      return engine.request('delete', `kms/aws/key/${key}`);
    case 'raise':
      return engine.write(`key/${key}`, { type: 'aes256-gcm96', min_enabled_version: 2 });
    default:
      return engine.request('delete', `key/${key}`);
  }
}

describe('the state of a version, in the words of NIST SP 800-57 Part 1', () => {
  const removing = { removing: true };
  const gone = { kms: 'aws' };
  it.each<[LifecycleState, string, number, Distribution | undefined, object]>([
    ['pre-activation', 'of a key that was never in a KMS', 1, undefined, {}],
    ['suspended', 'of a key that was in a KMS, and is in none', 1, undefined, gone],
    ['deactivated', 'below min_enabled_version, of a key that is in none', 2, undefined, gone],
    ['pre-activation', 'that is not made yet', 1, known({}), gone],
    ['pre-activation', 'that is being made', 1, known({ 1: creating('a') }), gone],
    ['pre-activation', 'that has no material there', 1, known({ 1: created('x') }), gone],
    ['active', 'that is enabled', 1, known({ 1: ready('x', true) }), gone],
    ['active', 'below min_enabled_version, as long as it is enabled', 2, known({ 1: ready('x', true) }), gone],
    ['active', 'of which nobody knows whether it is enabled', 2, known({ 1: ready('x') }), gone],
    ['deactivated', 'below min_enabled_version', 2, known({ 1: ready('x', false) }), gone],
    ['suspended', 'that is disabled and to be enabled', 1, known({ 1: ready('x', false) }), gone],
    ['active', 'that is to be removed and still there', 1, known({ 1: ready('x', true) }, removing), gone],
    ['suspended', 'that is removed from the KMS', 1, known({}, removing), gone],
    [
      'active',
      'that is enabled at one of two places',
      2,
      known({ 1: ready('x', false) }, { places: { 'eu-west-1': { versions: { 1: ready('x', true) } } } }),
      gone,
    ],
  ])('%s: one %s', (expected, _what, minimum, distribution, fields) => {
    expect(lifecycleState({ ...keyWith(2, minimum), ...fields }, 1, distribution)).toBe(expected);
  });

  it('lets the latest version protect, an older one process, and others nothing', () => {
    const key = keyWith(2);
    expect([useOf('active', key, 2), useOf('active', key, 1)]).toEqual(['protect and process', 'process']);
    for (const state of ['pre-activation', 'suspended', 'deactivated'] as const)
      expect(useOf(state, key, 2)).toBe('none');
  });
});
