import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { StorageError, type JsonObject } from '../../src/logical/index.ts';
import type { KmsClient } from '../../src/providers/port.ts';
import { distributedKey, distribute, driversWith, testClock } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';
import { readJson } from '../support/plain-records.ts';

const PATH = 'kms/aws/key/k/evidence';

/** A cloud that names the material of an import, and afterwards that of its choice. */
const naming =
  (imported: string | undefined, current: string | undefined) =>
  (client: KmsClient): KmsClient => ({
    ...client,
    perform: async (step, target, signal) => ({
      ...(await client.perform(step, target, signal)),
      ...(step.action === 'import' && {
        imported: {
          wrappingAlgorithm: 'RSA-OAEP',
          wrappingKeySpec: 'RSA_4096',
          ...(imported !== undefined && { materialId: imported }),
        },
      }),
    }),
    observe: async (target, signal) => {
      const { versions, ...rest } = await client.observe(target, signal);
      const facts = current === undefined ? {} : { materialId: current };
      return { ...rest, versions: versions.map((each) => ('of' in each ? { ...each, facts } : each)) };
    },
  });

const placesOf = (evidence: JsonObject | undefined): readonly JsonObject[] =>
  Object.values(evidence?.['versions'] as Readonly<Record<string, { places: Record<string, JsonObject> }>>).map(
    ({ places }) => places['us-west-1'] ?? {},
  );

describe('GET kms/:kms/key/:key/evidence', () => {
  it('is not found for a key that is not in the KMS', async () => {
    const { engine } = await distributedKey({ distributed: false });
    expect(await engine.read(PATH)).toBeUndefined();
  });

  it('tells of each version what was recorded and what is proved', async () => {
    const { engine } = await distributedKey({ versions: 2 });
    const evidence = await engine.read(PATH);
    expect(evidence).toMatchObject({
      ...{ key: 'k', kms: 'aws', type: 'aes256-gcm96', provider: 'awskms', key_collection: 'us-west-1' },
      ...{ purpose: 'decrypt,encrypt', protection: 'hsm', removing: false, replaced: [], next: '' },
      asked_at: '2026-01-01T00:00:00.000Z',
      alias: { proved: { points_to: 'key-2', version: '2' } },
      versions: { 1: { state: 'active' }, 2: { state: 'active', created: '2026-01-01T00:00:00.000Z' } },
    });
    expect(placesOf(evidence)).toMatchObject([
      {
        recorded: {
          remote_id: 'key-1',
          creation: { begun: '2026-01-01T00:00:00.000Z', request_id: 'request-1' },
          import: { time: '2026-01-01T00:00:00.000Z', request_id: 'request-3' },
          // The model does not name its account, nor how it wraps.
          not_recorded: ['account', 'import.wrapping_algorithm', 'import.wrapping_key_spec', 'import.material_id'],
        },
        proved: { remote_id: 'key-1', state: 'enabled', material: 'unknown' },
      },
      { recorded: { remote_id: 'key-2', creation: { request_id: 'request-2' } } },
    ]);
  });

  it.each([
    ['a', 'a', 'as imported'],
    ['a', 'b', 'not as imported'],
    ['a', undefined, 'unknown'],
    [undefined, 'b', 'unknown'],
  ])('compares the material that was imported (%s) with that of now (%s): %s', async (imported, current, verdict) => {
    const { engine } = await distributedKey({ drivers: (cloud) => driversWith(cloud, naming(imported, current)) });
    expect(placesOf(await engine.read(PATH))).toMatchObject([{ proved: { material: verdict } }]);
  });

  it('says what is not recorded of a key that an earlier release distributed', async () => {
    const { engine, storage, start } = await distributedKey();
    const path = 'distribution/aws/k';
    const record = await readJson<{ versions: Record<string, JsonObject> }>(storage, path);
    const { create_request_id, imported, ...earlier } = record?.versions[1] ?? {};
    expect([create_request_id, imported]).toMatchObject(['request-1', { request_id: 'request-2' }]);
    const value = Buffer.from(JSON.stringify({ ...record, versions: { 1: earlier } }));
    await storage.put({ key: path, value });
    const [place] = placesOf(await (await start()).read(PATH));
    expect(place).toMatchObject({
      recorded: {
        remote_id: 'key-1',
        import: {},
        not_recorded: expect.arrayContaining(['creation.request_id', 'import.time', 'import.request_id']) as string[],
      },
      proved: { state: 'enabled' },
    });
    expect(await engine.read('kms/aws/key/k')).toMatchObject({ versions: { 1: 'key-1' } });
  });

  it('tells why nothing is proved where the KMS may not be asked', async () => {
    const { engine, cloud } = await distributedKey();
    cloud.searchable = false;
    const [place] = placesOf(await engine.read(PATH));
    expect(place).toMatchObject({ not_proved: 'no permission to look' });
    expect(place).not.toHaveProperty('proved');
  });

  it('tells why nothing is proved with credentials of another account', async () => {
    const clock = testClock();
    const { engine, cloud } = await distributedKey({ clock, cloud: modelCloud({ account: '111111111111', clock }) });
    expect(await engine.read(PATH)).toMatchObject({ account: '111111111111' });
    expect(placesOf(await engine.read(PATH))[0]).toHaveProperty('proved');
    cloud.account = '222222222222';
    const evidence = await engine.read(PATH);
    const not_proved = expect.stringContaining('now has credentials of account 222222222222') as string;
    expect(placesOf(evidence)).toMatchObject([{ recorded: { remote_id: 'key-1' }, not_proved }]);
    expect(evidence).toMatchObject({ alias: { not_proved } });
  });

  it('keeps the request id of a creation whose recording failed, while the process lives', async () => {
    let puts = 0;
    const { engine, cloud } = await distributedKey({
      distributed: false,
      reached: (storage) => ({
        put: async (entry, signal) => {
          // The desired state, the attempt, and then the id, which the end of the run writes again.
          if (entry.key === 'distribution/aws/k' && [3, 4].includes(++puts)) throw new StorageError('sealed');
          await storage.put(entry, signal);
        },
      }),
    });
    await expect(distribute(engine)).rejects.toThrow('sealed');
    await distribute(engine);
    expect(cloud.calls.filter((call) => call.startsWith('create'))).toHaveLength(1);
    expect(placesOf(await engine.read(PATH))).toMatchObject([
      { recorded: { remote_id: 'key-1', creation: { request_id: 'request-1' } } },
    ]);
  });

  it('asks for a page of versions at a time, and only for those', async () => {
    const asked: number[][] = [];
    const { engine } = await distributedKey({
      versions: 5,
      drivers: (cloud) =>
        driversWith(cloud, (client) => ({
          ...client,
          observe: async (target, signal) => {
            asked.push([...target.ids('').keys()]);
            return client.observe(target, signal);
          },
        })),
    });
    const page = async (data: JsonObject): Promise<JsonObject | undefined> =>
      (await engine.request('read', PATH, data))?.data;
    const first = await page({ limit: 2 });
    expect(Object.keys(first?.['versions'] ?? {})).toEqual(['1', '2']);
    // The alias points to a version of another page.
    expect(first).toMatchObject({ next: '2', alias: { proved: { points_to: 'key-5', version: '5' } } });
    const last = await page({ limit: 3, after: '2' });
    expect(Object.keys(last?.['versions'] ?? {})).toEqual(['3', '4', '5']);
    expect(last).toMatchObject({ next: '' });
    expect(asked).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    for (const limit of [0, 1001]) {
      expect(await engine.errorOf(engine.request('read', PATH, { limit }))).toMatch(/limit must be between 1 and 1000/);
    }
    expect(await engine.errorOf(engine.request('read', PATH, { after: -1 }))).toMatch(/after must not be negative/);
  });

  it('names material that is missing in storage, and shows the other versions', async () => {
    const { engine, storage } = await distributedKey({ versions: 2 });
    await storage.delete('material/k/1');
    expect(await engine.read(PATH)).toMatchObject({
      versions: {
        1: { fingerprint: { value: '', why: expect.stringContaining('missing in storage') as string } },
        2: { fingerprint: { method: 'aes-cmac', value: expect.stringMatching(/^[0-9A-F]{10}$/) as string } },
      },
    });
  });

  it('has the hash of the public key of an asymmetric key', async () => {
    const { engine } = await distributedKey({ distributed: false });
    await engine.write('key/pair', { type: 'ecdsa-p256' });
    await distribute(engine, 'pair');
    const { versions } = (await engine.read('key/pair')) as { versions: Record<string, { public_key: string }> };
    const der = Buffer.from((versions['1']?.public_key ?? '').replace(/-----.*?-----|\s/g, ''), 'base64');
    const value = createHash('sha256').update(der).digest('hex');
    expect(await engine.read('kms/aws/key/pair/evidence')).toMatchObject({
      versions: { 1: { fingerprint: { method: 'sha256-spki', value } } },
    });
  });

  it('zeroes the material that it reads', async () => {
    const { engine } = await distributedKey();
    const fill = vi.spyOn(Buffer.prototype, 'fill');
    onTestFinished(() => {
      fill.mockRestore();
    });
    await engine.read(PATH);
    // What storage gave is longer by the byte that says its format.
    const wiped = (fill.mock.contexts as Buffer[]).filter(({ length }) => length === 32);
    expect(wiped.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true]);
  });
});
