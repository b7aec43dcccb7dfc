import { CreateAliasCommand, CreateKeyCommand, KMSClient, TagResourceCommand } from '@aws-sdk/client-kms';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import type { JsonObject } from '../../src/logical/index.ts';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { clockOf } from '../support/clock.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { AES, PURPOSE } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';

const REGION = 'eu-west-2';
const ACCESS_KEY = { accessKeyId: 'AKIADOUBTFULOBJECTS0', secretAccessKey: 'doubtful-objects-doubtful-objects-secret' };
const ATTEMPT = '5f4dd6a8-aaaa-4000-8000-000000000001';
const HOUR = 60 * 60_000;
const wrappingKeys = wrappingKeyRing();

describe('a KMS key with the tag of an attempt without an answer', () => {
  let kms: Kms;
  let now: number;
  let attempts: string[];
  let storage: InMemoryStorage;
  let engine: Engine;
  let stranger: KMSClient;

  const start = (on: InMemoryStorage): Promise<Engine> => {
    const clock = clockOf(() => now);
    const wait = async (ms: number): Promise<void> => void (now += ms);
    const env = { KEYMGMT_ALLOWED_ENDPOINTS: kms.url };
    const awskms = awsDriver({ env, retry: { clock, random: () => 0.5, wait } });
    const newAttempt = (): string => attempts.shift() ?? crypto.randomUUID();
    return startEngine({ storage: on, clock, newAttempt, drivers: { ...modelCloud().drivers, awskms } });
  };
  const copyOf = async (from: InMemoryStorage): Promise<InMemoryStorage> => {
    const copy = inMemoryStorage();
    for (const key of from.keys()) {
      const entry = await from.get(key);
      if (entry) await copy.put(entry);
    }
    return copy;
  };
  const refuse = (...actions: string[]): void => {
    kms.faults.set(({ action }) =>
      actions.includes(action)
        ? { when: 'before', error: { code: 'AccessDeniedException', message: 'no', status: 400 } }
        : undefined,
    );
  };
  const stateOf = (id: string | undefined): string | undefined => kms.keys(REGION).find((key) => key.id === id)?.state;
  const hours = async (count: number): Promise<void> => {
    for (let hour = 0; hour < count; hour++) {
      now += HOUR + 60_000;
      await engine.tick();
    }
  };
  const orphans = async (): Promise<readonly JsonObject[]> =>
    (await engine.read('kms/aws/status'))?.['possible_orphans'] as readonly JsonObject[];
  const ourTags = async (): Promise<{ TagKey: string; TagValue: string }[]> => {
    const tags = (await engine.read(`kms/aws/orphan/${ATTEMPT}`))?.['tags'] as Record<string, string>;
    return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
  };
  const newKey = async (Origin: 'EXTERNAL' | 'AWS_KMS'): Promise<string> =>
    (await stranger.send(new CreateKeyCommand({ Origin }))).KeyMetadata?.KeyId ?? '';

  /** A distribution whose first answer was lost. */
  beforeEach(async () => {
    now = Date.now();
    attempts = [ATTEMPT];
    kms = await startKms({ clock: { now: () => now }, accessKeys: [ACCESS_KEY], wrappingKeys });
    stranger = new KMSClient({ region: REGION, endpoint: kms.url, credentials: ACCESS_KEY });
    onTestFinished(async () => {
      stranger.destroy();
      await kms.close();
    });
    storage = inMemoryStorage();
    engine = await start(storage);
    const { accessKeyId: access_key, secretAccessKey: secret_key } = ACCESS_KEY;
    const credentials = { access_key, secret_key, endpoint: kms.url };
    await engine.write('key/k', AES);
    await engine.write('kms/aws', { provider: 'awskms', key_collection: REGION, credentials });
    kms.faults.set(({ action, nth }) =>
      action === 'CreateKey' && nth === 1 ? { when: 'after', drop: true } : undefined,
    );
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    kms.faults.clear();
  });
  const lost = (): string => kms.keys(REGION)[0]?.id ?? '';

  it('is adopted when tags, age and state prove it is ours and unused', async () => {
    await engine.write('kms/aws/key/k', PURPOSE);
    expect(kms.keys(REGION).map(({ state }) => state)).toEqual(['Enabled']);
    expect(await orphans()).toEqual([]);
  });

  it('is scheduled for deletion as an orphan on the same conditions', async () => {
    refuse('ListKeys');
    await engine.write('kms/aws/key/k', PURPOSE);
    kms.faults.clear();
    await hours(2);
    expect(kms.keys(REGION).map(({ state }) => state)).toEqual(['PendingDeletion', 'Enabled']);
  });

  it('is not deleted when an older snapshot is restored and the KMS key is in use', async () => {
    const snapshot = await copyOf(storage);
    await engine.write('kms/aws/key/k', PURPOSE);
    const inUse = lost();
    now += 24 * HOUR;
    engine = await start(snapshot);
    // The search fails at first.
    refuse('ListKeys');
    await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE));
    kms.faults.clear();
    await engine.write('restore-guard', { engaged: false });
    await hours(3);
    expect(stateOf(inUse)).toBe('Enabled');
    const listed = (await engine.request('list', 'kms/aws/orphan/'))?.data?.['keys'] ?? [];
    expect(listed).toHaveLength(1);
    const [attempt] = listed as string[];
    expect(await engine.read(`kms/aws/orphan/${attempt}`)).toMatchObject({
      remote_id: inUse,
      reason: expect.stringContaining('key material') as string,
    });
    // What a search has found is not forgotten because the next one is refused.
    refuse('ListKeys');
    await hours(1);
    expect(await engine.read(`kms/aws/orphan/${attempt}`)).toMatchObject({
      remote_id: inUse,
      reason: expect.stringContaining('search not permitted') as string,
    });
  });

  describe('with tags set by another owner', () => {
    beforeEach(async () => {
      refuse('ListKeys');
      await engine.write('kms/aws/key/k', PURPOSE);
      kms.faults.clear();
      expect(await orphans()).toHaveLength(1);
    });

    it('on a KMS key with material: only our orphan is deleted', async () => {
      const own = await newKey('AWS_KMS');
      await stranger.send(new TagResourceCommand({ KeyId: own, Tags: await ourTags() }));
      await hours(3);
      expect(stateOf(own)).toBe('Enabled');
      expect(stateOf(lost())).toBe('PendingDeletion');
    });

    it('on an unused KMS key: neither is deleted, and both are reported', async () => {
      const own = await newKey('EXTERNAL');
      await stranger.send(new TagResourceCommand({ KeyId: own, Tags: await ourTags() }));
      await hours(3);
      expect(stateOf(own)).toBe('PendingImport');
      expect(stateOf(lost())).toBe('PendingImport');
      const [orphan] = await orphans();
      expect(orphan?.['reason']).toContain('several unused objects');
      expect(new Set(orphan?.['remote_ids'] as string[])).toEqual(new Set([own, lost()]));
    });

    it('on our KMS key: it is not deleted, and is reported', async () => {
      await stranger.send(
        new TagResourceCommand({ KeyId: lost(), Tags: [{ TagKey: 'vault-keymgmt-version', TagValue: '7' }] }),
      );
      await hours(3);
      expect(stateOf(lost())).toBe('PendingImport');
      expect(await orphans()).toMatchObject([{ remote_id: lost() }]);
    });

    it('a KMS key with an alias is not deleted', async () => {
      await stranger.send(new CreateAliasCommand({ AliasName: 'alias/in-use', TargetKeyId: lost() }));
      await hours(3);
      expect(stateOf(lost())).toBe('PendingImport');
      expect(await orphans()).toMatchObject([
        { remote_id: lost(), reason: expect.stringContaining('alias/in-use') as string },
      ]);
    });
  });

  describe('kms/:name/orphan/:attempt', () => {
    const remove = (data: JsonObject): Promise<string | undefined> =>
      engine.errorOf(engine.write(`kms/aws/orphan/${ATTEMPT}/delete`, data));

    beforeEach(async () => {
      refuse('ListKeys', 'DescribeKey');
      await engine.write('kms/aws/key/k', PURPOSE);
      kms.faults.clear();
    });

    it('is listed and read with its tags', async () => {
      expect((await engine.request('list', 'kms/aws/orphan/'))?.data).toEqual({ keys: [ATTEMPT] });
      expect(await engine.read(`kms/aws/orphan/${ATTEMPT}`)).toMatchObject({
        key: 'k',
        version: 1,
        tags: { 'vault-keymgmt-attempt': ATTEMPT, 'vault-keymgmt-key': 'k' },
      });
      expect(await engine.read('kms/aws/orphan/another')).toBeUndefined();
    });

    it('delete schedules the KMS key for deletion and deletes the record', async () => {
      expect(await remove({ remote_id: lost() })).toBeUndefined();
      expect(stateOf(lost())).toBe('PendingDeletion');
      expect(await orphans()).toEqual([]);
      expect(await remove({ remote_id: lost() })).toMatch(/no possible orphan with the attempt/);
    });

    it('delete refuses recorded KMS keys, other tags, and IDs that are not KMS key IDs', async () => {
      const owned = (await engine.read('kms/aws/key/k'))?.['versions'] as Record<string, string>;
      expect(await remove({ remote_id: owned['1'] ?? '' })).toMatch(/belongs to key "k"/);
      const own = await newKey('EXTERNAL');
      expect(await remove({ remote_id: own })).toMatch(/does not carry the labels of the attempt/);
      expect(await remove({ remote_id: 'alias/hashicorp/k' })).toMatch(/is not a KMS key ID/);
      expect(await remove({})).toMatch(/remote_id is required/);
      expect(kms.keys(REGION).map(({ state }) => state)).not.toContain('PendingDeletion');
      expect(await orphans()).toHaveLength(1);
    });

    it('delete needs confirm_alias=true when an alias points to the KMS key', async () => {
      await stranger.send(new CreateAliasCommand({ AliasName: 'alias/in-use', TargetKeyId: lost() }));
      expect(await remove({ remote_id: lost() })).toMatch(/alias\/in-use may point to it.* confirm_alias=true/);
      expect(stateOf(lost())).toBe('PendingImport');
      expect(await remove({ remote_id: lost(), confirm_alias: true })).toBeUndefined();
      expect(stateOf(lost())).toBe('PendingDeletion');
    });

    it('DELETE dismisses the record and does not delete the KMS key', async () => {
      expect((await engine.request('delete', `kms/aws/orphan/${ATTEMPT}`))?.warnings).toHaveLength(1);
      expect(await engine.request('delete', `kms/aws/orphan/${ATTEMPT}`)).toBeUndefined();
      await hours(2);
      expect(await orphans()).toEqual([]);
      expect(stateOf(lost())).toBe('PendingImport');
    });
  });
});
