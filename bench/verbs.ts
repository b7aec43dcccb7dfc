import { DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { REGION, STRANGER, type World } from './metered-world.ts';

/** One row: what is done before, and what is counted. */
export interface Verb {
  readonly name: string;
  prepare(world: World): Promise<void>;
  run(world: World): Promise<unknown>;
}

const KEY = 'key/k';
const KMS = 'kms/aws';
const PLACE = `${KMS}/key/k`;
const PURPOSE = { purpose: 'encrypt,decrypt' };
/** Longer than a cloud takes to show a new object everywhere, and than a failed run is left alone. */
const LATER_MS = 15 * 60_000;

const write = async (world: World, path: string, data = {}): Promise<unknown> => {
  const answer = await world.engine().write(path, data);
  const error = answer?.data?.['error'];
  if (error !== undefined) throw new Error(`${path}: ${JSON.stringify(error)}`);
  return answer;
};
const remove = (world: World, path: string): Promise<unknown> => world.engine().request('delete', path);
const read = (world: World, path: string): Promise<unknown> => world.engine().read(path);
const tick = (world: World): Promise<void> => world.engine().tick(false);

async function nothing(): Promise<void> {
  // The verb begins with an empty mount.
}
const keyOf =
  (versions: number) =>
  async (world: World): Promise<void> => {
    await write(world, KMS, world.provider);
    await write(world, KEY, { type: 'aes256-gcm96', deletion_allowed: true });
    for (let version = 1; version < versions; version++) await write(world, `${KEY}/rotate`);
  };
const distributed =
  (versions: number) =>
  async (world: World): Promise<void> => {
    await keyOf(versions)(world);
    await write(world, PLACE, PURPOSE);
    // What a new process does once.
    await tick(world);
    world.advance(LATER_MS);
    // Writes the heartbeat, which is due every ten minutes.
    await tick(world);
  };
const raised = async (world: World): Promise<void> => {
  await distributed(3)(world);
  await write(world, KEY, { min_enabled_version: 3 });
};
const disabledByStranger = async (world: World): Promise<void> => {
  await distributed(3)(world);
  const client = new KMSClient({ region: REGION, endpoint: world.kms.url, credentials: STRANGER });
  await client.send(new DisableKeyCommand({ KeyId: world.kms.keys(REGION)[1]?.id }));
  client.destroy();
};
/** The answer to the second of three CreateKey is lost with the process. */
const crashed = async (world: World): Promise<void> => {
  await keyOf(3)(world);
  await world.crashAfterCreateKey(2, () => write(world, PLACE, PURPOSE));
  world.advance(LATER_MS);
};
const removed = async (world: World): Promise<void> => {
  await distributed(3)(world);
  await remove(world, PLACE);
};
const distribute = (world: World): Promise<unknown> => write(world, PLACE, PURPOSE);
const sync = (world: World): Promise<unknown> => write(world, `${PLACE}/sync`);

export const VERBS: readonly Verb[] = [
  { name: 'create key', prepare: nothing, run: (world) => write(world, KEY, { type: 'aes256-gcm96' }) },
  { name: 'read key, 3 versions', prepare: keyOf(3), run: (world) => read(world, KEY) },
  { name: 'write kms', prepare: nothing, run: (world) => write(world, KMS, world.provider) },
  { name: 'distribute, 1 version', prepare: keyOf(1), run: distribute },
  { name: 'distribute, 3 versions', prepare: keyOf(3), run: distribute },
  { name: 'distribute again, nothing to do', prepare: distributed(3), run: distribute },
  { name: 'read distribution', prepare: distributed(3), run: (world) => read(world, PLACE) },
  { name: 'rotate, in no KMS', prepare: keyOf(1), run: (world) => write(world, `${KEY}/rotate`) },
  { name: 'rotate, distributed', prepare: distributed(1), run: (world) => write(world, `${KEY}/rotate`) },
  {
    name: 'raise min_enabled_version, 1 to 3',
    prepare: distributed(3),
    run: (world) => write(world, KEY, { min_enabled_version: 3 }),
  },
  {
    name: 'lower min_enabled_version, 3 to 1',
    prepare: raised,
    run: (world) => write(world, KEY, { min_enabled_version: 1 }),
  },
  { name: 'sync, healthy, 3 versions', prepare: distributed(3), run: sync },
  { name: 'sync, strangers disabled 1 of 3', prepare: disabledByStranger, run: sync },
  { name: 'status of a key, 3 versions', prepare: distributed(3), run: (world) => read(world, `${PLACE}/status`) },
  { name: 'status of a KMS, 1 key of 3', prepare: distributed(3), run: (world) => read(world, `${KMS}/status`) },
  { name: 'remove from kms, 3 versions', prepare: distributed(3), run: (world) => remove(world, PLACE) },
  { name: 'force-remove, 3 versions', prepare: distributed(3), run: (world) => write(world, `${PLACE}/force-remove`) },
  { name: 'delete key, 3 versions', prepare: removed, run: (world) => remove(world, KEY) },
  { name: 'tick, first of an empty mount', prepare: nothing, run: tick },
  { name: 'tick, nothing to do', prepare: distributed(3), run: tick },
  { name: 'tick at once, nothing to do', prepare: distributed(3), run: (world) => world.engine().tick(true) },
  { name: 'tick, first after a crash in a distribute', prepare: crashed, run: tick },
];
