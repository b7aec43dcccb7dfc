/**
 * The process of the embedded KMSs: one for each world that the parent opens, all with the same wrapping keys. Before a
 * call has its effect, the parent is asked what becomes of the plugin that made it.
 */
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import type { CrashPoint } from './gate.ts';
import { peer } from './peer.ts';
import { ACCESS_KEY, REGION } from './account.ts';

const wrappingKeys = wrappingKeyRing();
// Made before anybody waits for them: a plugin that does, on a busy machine, asks once more and makes one call more.
const made = Promise.all([0, 1].map((turn) => wrappingKeys.take(4096, turn)));
const worlds = new Map<unknown, Kms>();

const parent = peer(process, {
  async open(argument) {
    const { world, allow } = argument as { world: number; allow?: readonly string[] };
    await made;
    const kms = await startKms({ accessKeys: [{ ...ACCESS_KEY, ...(allow && { allow }) }], wrappingKeys });
    kms.faults.set(async ({ action }) => {
      const when = (await parent.ask('count', { world, action })) as CrashPoint['when'] | undefined;
      if (when === undefined) return undefined;
      const hold = async (): Promise<{ drop: true }> => {
        await parent.ask('kill', { world });
        return { drop: true };
      };
      return { when, hold };
    });
    worlds.set(world, kms);
    return kms.url;
  },
  state(world) {
    const kms = worlds.get(world);
    return { keys: kms?.keys(REGION), aliases: kms?.aliases(REGION) };
  },
  async close(world) {
    await worlds.get(world)?.close();
    worlds.delete(world);
  },
});
// The parent's death is the end of this process.
process.on('disconnect', () => process.exit());
