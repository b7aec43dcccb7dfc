import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import type { AccountSnapshot } from '../../dev/aws-kms/snapshot.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { inMemoryStorage, type InMemoryStorage, type JsonObject, type Storage } from '../../src/logical/index.ts';
import { allowing } from '../support/allowing.ts';
import { clockOf } from '../support/clock.ts';
import { DOCUMENTED_PERMISSIONS } from '../support/documented-permissions.ts';
import type { Release, ReleasedEngine } from './release.ts';

export const REGION = 'eu-west-2';
const WITH_ALL = { accessKeyId: 'AKIA0UPGRADETEST', secretAccessKey: 'upgrade-test-secret' };
const WITH_DOCUMENTED = { accessKeyId: 'AKIA0UPGRADE0011', secretAccessKey: 'upgrade-test-limited' };

/** What a test writes of a KMS provider. Its endpoint is in the environment, as it changes with each KMS. */
export const PROVIDER = providerOf(WITH_ALL);
/** Its user has the eleven documented permissions only. */
export const LIMITED_PROVIDER = providerOf(WITH_DOCUMENTED);

/** A storage and the account that belongs to it, as a file holds them. */
export interface SavedWorld {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Values in base64. */
  readonly storage: readonly { readonly key: string; readonly value: string; readonly sealWrap?: boolean }[];
  readonly cloud: AccountSnapshot;
}

/** A storage operation, `delete key/k`, or a KMS call, `CreateKey`, counted from 1. */
export interface CrashPoint {
  readonly at: string;
  readonly nth?: number;
  readonly when: 'before' | 'after';
}

/** A storage and an account that outlive the engines over them, on a clock that only {@link advance} moves. */
export interface World {
  readonly kms: Kms;
  readonly storage: InMemoryStorage;
  advance(milliseconds: number): void;
  /** Starts an engine over the storage; only one at a time. */
  start(release: Release): Promise<ReleasedEngine>;
  /** Ends the process of the present engine in the middle of `work`. @throws {Error} when it does not come there */
  crash(point: CrashPoint, work: () => Promise<unknown>): Promise<void>;
  save(): Promise<SavedWorld>;
}

const wrappingKeys = wrappingKeyRing();

/** @param saved what the world begins with; without it, it is empty */
export async function newWorld(saved?: SavedWorld): Promise<World> {
  let now = saved?.now ?? 1_760_000_000_000;
  const clock = clockOf(() => now);
  const kms = await startKms({
    accessKeys: [WITH_ALL, { ...WITH_DOCUMENTED, allow: DOCUMENTED_PERMISSIONS }],
    clock,
    wrappingKeys,
    ...(saved && { snapshot: saved.cloud }),
  });
  const storage = inMemoryStorage();
  for (const { value, ...entry } of saved?.storage ?? []) {
    await storage.put({ ...entry, value: Buffer.from(value, 'base64') });
  }
  let life = newLife();
  return {
    kms,
    storage,
    advance(milliseconds) {
      now += milliseconds;
    },
    async start(release) {
      const own = newLife();
      life = own;
      kms.faults.set(({ action }) => own.fault(action));
      const wait = async (milliseconds: number): Promise<void> => {
        now += milliseconds;
      };
      const env = { ...allowing(kms.url), AWS_KMS_ENDPOINT: kms.url };
      return release({ storage: mortal(storage, own), env, clock, retry: { clock, random: () => 0.5, wait } });
    },
    async crash(point, work) {
      life.end = point;
      await work().catch(() => undefined);
      if (!life.dead) throw new Error(`nothing came to ${point.at}`);
    },
    async save() {
      const entries = await Promise.all(storage.keys().map((key) => storage.get(key)));
      const saved = entries.flatMap((entry) => entry ?? []);
      return {
        now,
        storage: saved.map(({ value, ...entry }) => ({ ...entry, value: Buffer.from(value).toString('base64') })),
        cloud: kms.snapshot(),
      };
    },
  };
}

interface Life {
  readonly dead: boolean;
  end: CrashPoint | undefined;
  /** What becomes of a KMS call. */
  fault(action: string): { readonly when: CrashPoint['when']; readonly drop: true } | undefined;
  /** Carries out a storage operation. @throws {Error} where the process ends before or after it, or has ended */
  effect<T>(operation: string, task: () => Promise<T>): Promise<T>;
}

function newLife(): Life {
  let dead = false;
  let seen = 0;
  const ends = (event: string): CrashPoint['when'] | undefined => {
    if (dead) return 'before';
    if (life.end?.at !== event || ++seen < (life.end.nth ?? 1)) return undefined;
    dead = true;
    return life.end.when;
  };
  const life: Life = {
    get dead() {
      return dead;
    },
    end: undefined,
    fault(action) {
      const when = ends(action);
      return when && { when, drop: true };
    },
    async effect(operation, task) {
      const when = ends(operation);
      const result = when === 'before' ? undefined : await task();
      if (when !== undefined || result === undefined) throw new Error('the process has ended');
      return result;
    },
  };
  return life;
}

function mortal(storage: Storage, life: Life): Storage {
  const call = async <T>(operation: string, task: () => Promise<T>): Promise<T> =>
    (await life.effect(operation, async () => ({ value: await task() }))).value;
  return {
    get: (key) => call(`get ${key}`, () => storage.get(key)),
    put: (entry) => call(`put ${entry.key}`, () => storage.put(entry)),
    delete: (key) => call(`delete ${key}`, () => storage.delete(key)),
    list: (prefix) => call(`list ${prefix}`, () => storage.list(prefix)),
  };
}

function providerOf({ accessKeyId, secretAccessKey }: typeof WITH_ALL): JsonObject {
  return {
    provider: 'awskms',
    key_collection: REGION,
    credentials: { access_key: accessKeyId, secret_key: secretAccessKey },
  };
}
