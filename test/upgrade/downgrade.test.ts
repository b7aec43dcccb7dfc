import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readJson } from '../support/plain-records.ts';
import { statesOf, wrongMaterial } from './kms-keys.ts';
import { buildFirstFormat, FIRST_FORMAT, hasCommit, type BuiltRelease } from './old-release.ts';
import { list, presentRelease, refusalOf, remove, write, type ReleasedEngine } from './release.ts';
import { newWorld, PROVIDER, type World } from './world.ts';

const PURPOSE = { purpose: 'encrypt,decrypt' };
const PLACE = 'kms/aws/key/k';
/** Longer than AWS takes to show a new key everywhere. */
const LATER_MS = 10 * 60_000;

/** The history is not there in a shallow clone or an archive. */
const reason = (await hasCommit(FIRST_FORMAT)) ? '' : ` (skipped: commit ${FIRST_FORMAT} is not in the git history)`;

describe.skipIf(reason !== '')(`the release of the first format over the storage of this one${reason}`, () => {
  let built: BuiltRelease;
  let world: World;
  let engine: ReleasedEngine;

  beforeAll(async () => {
    built = await buildFirstFormat();
  });
  afterAll(() => built.discard());
  beforeEach(async () => {
    world = await newWorld();
    const { kms } = world;
    onTestFinished(() => kms.close());
    engine = await world.start(presentRelease);
    await write(engine, 'kms/aws', PROVIDER);
    await write(engine, 'key/k', { type: 'aes256-gcm96', deletion_allowed: true });
    for (const _ of [2, 3]) await write(engine, 'key/k/rotate');
  });
  const downgrade = async (): Promise<void> => {
    world.advance(LATER_MS);
    engine = await world.start(built.release);
  };
  const upgrade = async (): Promise<void> => {
    world.advance(LATER_MS);
    engine = await world.start(presentRelease);
  };

  it('reads a distribution, rotates, disables, enables, repairs, removes and deletes', async () => {
    await write(engine, PLACE, PURPOSE);
    await write(engine, 'key/k', { min_enabled_version: 2 });
    await engine.tick();
    const before = await engine.read(PLACE);
    // What the older release does not know, it has to take.
    const { versions } =
      (await readJson<{ versions: Record<string, object> }>(world.storage, 'distribution/aws/k')) ?? {};
    expect(versions?.[3]).toHaveProperty(['imported', 'request_id']);
    await downgrade();
    expect(await engine.read('key/k')).toMatchObject({ latest_version: 3, min_enabled_version: 2 });
    expect(await engine.read(PLACE)).toEqual(before);
    await engine.tick();
    expect(statesOf(world, 'k')).toEqual(['1 Disabled', '2 Enabled', '3 Enabled named']);
    await write(engine, 'key/k/rotate');
    await write(engine, 'key/k', { min_enabled_version: 3 });
    expect(statesOf(world, 'k')).toEqual(['1 Disabled', '2 Disabled', '3 Enabled', '4 Enabled named']);
    await write(engine, 'key/k', { min_enabled_version: 1 });
    await write(engine, `${PLACE}/sync`);
    expect(statesOf(world, 'k')).toEqual(['1 Enabled', '2 Enabled', '3 Enabled', '4 Enabled named']);
    expect(await wrongMaterial(world, 'k')).toEqual([]);
    await remove(engine, PLACE);
    expect(statesOf(world, 'k')).toEqual([]);
    await remove(engine, 'key/k');
    expect(world.storage.keys().filter((name) => name.includes('/k'))).toEqual([]);
  });

  it.each([
    ['CreateKey', 'after'],
    ['CreateKey', 'before'],
    ['ImportKeyMaterial', 'after'],
    ['CreateAlias', 'before'],
  ] as const)('finishes a distribution that was ended at %s, %s its effect', async (at, when) => {
    await world.crash({ at, when }, () => write(engine, PLACE, PURPOSE));
    await downgrade();
    await engine.tick(false);
    expect(statesOf(world, 'k')).toEqual(['1 Enabled', '2 Enabled', '3 Enabled named']);
    expect(await wrongMaterial(world, 'k')).toEqual([]);
  });

  it('leaves what the present release goes on with', async () => {
    await write(engine, PLACE, PURPOSE);
    await downgrade();
    await write(engine, 'key/k/rotate');
    await world.crash({ at: 'CreateKey', when: 'after' }, () => write(engine, 'key/k/rotate'));
    await upgrade();
    await engine.tick();
    const all = ['1 Enabled', '2 Enabled', '3 Enabled', '4 Enabled', '5 Enabled named'];
    expect(statesOf(world, 'k')).toEqual(all);
    expect((await engine.write(`${PLACE}/sync`))?.data).toMatchObject({ done: [] });
    expect(await wrongMaterial(world, 'k')).toEqual([]);
    expect((await engine.read('restore-guard'))?.['engaged']).toBe(false);
  });

  it('has written no heartbeat: after a day of it, a person says that storage is not an old one', async () => {
    await write(engine, PLACE, PURPOSE);
    await engine.tick();
    await downgrade();
    world.advance(24 * 60 * 60_000);
    await engine.tick();
    await upgrade();
    await engine.tick();
    expect(await engine.read('restore-guard')).toMatchObject({ engaged: true });
    await write(engine, 'key/k/rotate');
    expect(statesOf(world, 'k')).toEqual(['1 Enabled', '2 Enabled', '3 Enabled', '4 Enabled named']);
    await write(engine, 'restore-guard', { engaged: false });
    expect(await engine.read('restore-guard')).toMatchObject({ engaged: false });
  });

  it.each([
    ['a creation', 'put key/new', () => engine.write('key/new', { type: 'aes256-gcm96' }), 'new'],
    ['a deletion', 'delete material/k/2', () => engine.request('delete', 'key/k'), 'k'],
  ] as const)(
    'ends %s of a key that was interrupted, and the present release agrees',
    async (_what, at, change, name) => {
      await world.crash({ at, when: 'before' }, change);
      await downgrade();
      await engine.tick(false);
      expect(world.storage.keys()).toEqual(expect.not.arrayContaining([expect.stringContaining(`material/${name}/`)]));
      await upgrade();
      await engine.tick(false);
      expect(await list(engine, 'lost-key/')).toBeUndefined();
      await write(engine, `key/${name}`, { type: 'aes256-gcm96' });
      expect(world.storage.keys().filter((key) => key.includes(`/${name}`))).toEqual([
        `key/${name}`,
        `material/${name}/1`,
      ]);
    },
  );

  it('refuses keys and distributions with more versions than one record holds, and leaves them as they are', async () => {
    for (let version = 4; version <= 70; version++) await write(engine, 'key/k/rotate');
    await write(engine, PLACE, PURPOSE);
    const records = await recordsOf(world);
    const calls = world.kms.calls().length;
    await downgrade();
    const requests = [
      ...requestsOf(engine),
      () => engine.request('read', PLACE),
      () => engine.request('delete', PLACE),
      () => engine.request('delete', PLACE, { force: true }),
    ];
    for (const request of requests) expect(await refusalOf(request())).toMatch(/cannot be read/);
    await engine.tick();
    await engine.tick(false);
    expect(await recordsOf(world)).toEqual(records);
    expect(world.kms.calls()).toHaveLength(calls);
    await upgrade();
    await write(engine, 'key/k/rotate');
    expect(statesOf(world, 'k')).toHaveLength(71);
  });
});

/** The releases that can be started here. */
const releases = [{ name: 'this release', old: false }, ...(reason === '' ? [{ name: FIRST_FORMAT, old: true }] : [])];

describe.each(releases)('over the record of a later release, $name', ({ old }) => {
  let built: BuiltRelease | undefined;
  let world: World;
  let engine: ReleasedEngine;

  beforeAll(async () => {
    if (old) built = await buildFirstFormat();
  });
  afterAll(() => built?.discard());
  beforeEach(async () => {
    world = await newWorld();
    const { kms } = world;
    onTestFinished(() => kms.close());
    engine = await world.start(presentRelease);
    await write(engine, 'kms/aws', PROVIDER);
    await write(engine, 'key/k', { type: 'aes256-gcm96', deletion_allowed: true });
    await write(engine, 'key/k/rotate');
    await write(engine, PLACE, PURPOSE);
    world.advance(LATER_MS);
  });
  /** Starts the release over storage in which a record has been written again by a later one. */
  const startOver = async (path: string): Promise<void> => {
    const entry = await world.storage.get(path);
    if (!entry) throw new Error(`there is no record at ${path}`);
    const record = JSON.parse(Buffer.from(entry.value).toString()) as object;
    // The first format knows schema 1 alone, and 3 is what this release writes of a key with a container.
    const schema = old ? 3 : 9;
    const value = Buffer.from(JSON.stringify({ ...record, schema, of_a_later_release: true }));
    await world.storage.put({ ...entry, value });
    engine = await world.start(built?.release ?? presentRelease);
  };
  const forget = (): ReturnType<ReleasedEngine['request']> =>
    old ? engine.request('delete', PLACE, { force: true }) : engine.write(`${PLACE}/force-remove`);
  /** Makes sure that storage and cloud are as they were after some work, and after the ticks that follow. */
  const unchangedBy = async (work: () => Promise<void>): Promise<void> => {
    const records = await recordsOf(world);
    const calls = world.kms.calls().length;
    await work();
    await engine.tick(false);
    world.advance(LATER_MS);
    await engine.tick(true);
    expect(await recordsOf(world)).toEqual(records);
    const changes = world.kms.calls().slice(calls);
    expect(changes.map(({ action }) => action).filter((action) => !/^(List|Describe|Get)/.test(action))).toEqual([]);
    expect(statesOf(world, 'k')).toEqual(['1 Enabled', '2 Enabled named']);
  };

  it('of a distribution, refuses every request about it, touches no cloud and keeps the record', async () => {
    await startOver('distribution/aws/k');
    await unchangedBy(async () => {
      for (const request of [
        () => engine.request('read', PLACE),
        () => engine.write(PLACE, PURPOSE),
        () => engine.write('key/k/rotate'),
        () => engine.write('key/k', { min_enabled_version: 2 }),
        () => engine.write(`${PLACE}/sync`),
        () => engine.request('read', `${PLACE}/status`),
        () => engine.request('delete', PLACE),
        () => engine.request('delete', 'key/k'),
        forget,
      ]) {
        expect(await refusalOf(request())).toMatch(/the record at "distribution\/aws\/k" cannot be read/);
      }
      expect(await refusalOf(engine.request('delete', 'kms/aws'))).toMatch(/still holds/);
    });
  });

  it('of a key, refuses to read, change, distribute or delete it and keeps the record and the material', async () => {
    await startOver('key/k');
    await unchangedBy(async () => {
      for (const request of requestsOf(engine)) {
        expect(await refusalOf(request())).toMatch(/the record at "key\/k" cannot be read/);
      }
    });
  });

  it('of a KMS provider, refuses to change or use it and keeps the record', async () => {
    await startOver('kms/aws');
    await unchangedBy(async () => {
      for (const request of [
        () => engine.request('read', 'kms/aws'),
        () => engine.write('kms/aws', PROVIDER),
        () => engine.write(PLACE, PURPOSE),
        () => engine.write(`${PLACE}/sync`),
      ]) {
        expect(await refusalOf(request())).toMatch(/the record at "kms\/aws" cannot be read/);
      }
      expect(await refusalOf(engine.request('delete', 'kms/aws'))).toMatch(/still holds/);
    });
  });

  it('of a possible orphan, keeps it', async () => {
    const path = 'orphan/aws/6f0a4a39-0000-4000-8000-000000000001';
    const since = '2020-01-01T00:00:00.000Z';
    const orphan = { schema: 1, key: 'other', version: 1, name: 'other-1', since, labels: {}, reason: 'lost' };
    await world.storage.put({ key: path, value: Buffer.from(JSON.stringify(orphan)) });
    await startOver(path);
    await unchangedBy(async () => {
      expect(await list(engine, 'kms/aws/key/')).toEqual(['k']);
    });
    // What shows that the ticks would have forgotten it, as it is found nowhere, could they read it.
    await world.storage.put({ key: path, value: Buffer.from(JSON.stringify(orphan)) });
    await engine.tick();
    expect(world.storage.keys()).not.toContain(path);
  });
});

/** What needs the record of the key. */
function requestsOf(engine: ReleasedEngine): readonly (() => ReturnType<ReleasedEngine['request']>)[] {
  return [
    () => engine.request('read', 'key/k'),
    () => engine.write('key/k', { min_enabled_version: 2 }),
    () => engine.write('key/k/rotate'),
    () => engine.write(PLACE, PURPOSE),
    () => engine.write(`${PLACE}/sync`),
    () => engine.request('delete', 'key/k'),
  ];
}

/** All records but the restore guard's, which the present release alone has. */
async function recordsOf({ storage }: World): Promise<Readonly<Record<string, string>>> {
  const records: Record<string, string> = {};
  for (const key of storage.keys()) {
    if (key.startsWith('guard/')) continue;
    records[key] = Buffer.from((await storage.get(key))?.value ?? []).toString('base64');
  }
  return records;
}
