import type { Clock } from '../../src/support/clock.ts';
import type { JsonObject, Response, Storage } from '../../src/logical/index.ts';
import type { KmsClient, KmsDrivers, ProviderConfig } from '../../src/providers/port.ts';
import { inMemoryStorage, startEngine, type Engine, type EngineOptions, type InMemoryStorage } from './engine.ts';
import { modelCloud, type ModelCloud } from './model-cloud.ts';

/** The body of a key that AWS KMS takes. */
export const AES = { type: 'aes256-gcm96' };
/** The body of a KMS provider whose credentials come from the environment. */
export const AWS = { provider: 'awskms', key_collection: 'us-west-1' };
/** The body of a distribution. */
export const PURPOSE = { purpose: 'encrypt,decrypt' };

/** A clock that a test moves; it starts at 2026-01-01T00:00:00Z. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function testClock(): TestClock {
  let now = Date.parse('2026-01-01T00:00:00Z');
  return { now: () => now, monotonic: () => now, advance: (milliseconds) => void (now += milliseconds) };
}

/** What `writeKey` writes. */
export interface KeyOptions {
  /** @default "k" */
  readonly key?: string;
  /** @default 1 */
  readonly versions?: number;
  /** Fields of the key beside its type. */
  readonly fields?: JsonObject;
}

/** Creates an AES key and rotates it until it has this many versions. */
export async function writeKey(
  engine: Engine,
  { key = 'k', versions = 1, fields = {} }: KeyOptions = {},
): Promise<void> {
  await engine.write(`key/${key}`, { ...AES, ...fields });
  for (let version = 1; version < versions; version++) await engine.write(`key/${key}/rotate`);
}

/** Distributes a key to a KMS, `k` to `aws` where nothing else is said. */
export function distribute(engine: Engine, key = 'k', kms = 'aws'): Promise<Response | undefined> {
  return engine.write(`kms/${kms}/key/${key}`, PURPOSE);
}

export interface DistributedKeyOptions
  extends KeyOptions, Partial<Omit<EngineOptions, 'drivers' | 'storage' | 'clock'>> {
  /** Whether the key is distributed; the key and the KMS are written in any case. @default true */
  readonly distributed?: boolean;
  readonly clock?: TestClock;
  /** @default one of its own, with the clock of the test */
  readonly cloud?: ModelCloud;
  /** @default the cloud's own */
  readonly drivers?: (cloud: ModelCloud) => KmsDrivers;
  /** @default an empty one */
  readonly storage?: InMemoryStorage;
  /** What the engine's storage does in another way than `storage`. */
  readonly reached?: (storage: InMemoryStorage) => Partial<Storage>;
}

/** A mount with a key `k` and the KMS `aws`, which is a model of a cloud. */
export interface DistributedKey {
  readonly engine: Engine;
  readonly cloud: ModelCloud;
  /** What outlives the engine's process. A test's own reads and writes do not pass through `reached`. */
  readonly storage: InMemoryStorage;
  readonly clock: TestClock;
  /** Starts another process on the same storage, with the same cloud and clock, as after a restart. */
  readonly start: (over?: Partial<EngineOptions>) => Promise<Engine>;
}

export async function distributedKey(options: DistributedKeyOptions = {}): Promise<DistributedKey> {
  const { key = 'k', versions = 1, fields = {}, distributed = true, clock = testClock(), ...given } = options;
  const { cloud = modelCloud({ clock }), storage = inMemoryStorage(), reached, drivers: driversOf, ...rest } = given;
  const drivers = driversOf?.(cloud) ?? cloud.drivers;
  const start = (over: Partial<EngineOptions> = {}): Promise<Engine> =>
    startEngine({ storage: { ...storage, ...reached?.(storage) }, drivers, clock, ...rest, ...over });
  const engine = await start();
  await writeKey(engine, { key, versions, fields });
  await engine.write('kms/aws', AWS);
  if (distributed) await distribute(engine, key);
  return { engine, cloud, storage, clock, start };
}

/** The drivers of a cloud whose AWS client is changed on its way to the engine. */
export function driversWith(
  { drivers }: ModelCloud,
  change: (client: KmsClient, config: ProviderConfig) => KmsClient,
): KmsDrivers {
  const { awskms } = drivers;
  return { ...drivers, awskms: { ...awskms, connect: (config) => change(awskms.connect(config), config) } };
}

/** The verdict on each version, and that on the alias, of `kms/aws/key/k/status`. */
export async function verdictsOf(engine: Engine): Promise<JsonObject> {
  const status = await engine.read('kms/aws/key/k/status');
  const versions = status?.['versions'] as Readonly<Record<string, JsonObject>>;
  const alias = status?.['alias'] as JsonObject;
  return {
    ...Object.fromEntries(Object.entries(versions).map(([version, each]) => [version, each['verdict']])),
    alias: alias['verdict'],
  };
}
