/**
 * The process of an embedded cloud, whose name is its argument: one account for each world that the parent opens. Before a
 * call has its effect, the parent is asked what becomes of the plugin that made it.
 */
import type { CloudProcess, OpenedCloud } from './cloud.ts';
import type { CrashPoint } from './gate.ts';
import { peer } from './peer.ts';

const { cloudProcess } = (await import(`./${process.argv[2] ?? ''}/process.ts`)) as { cloudProcess: CloudProcess };
const worlds = new Map<unknown, OpenedCloud>();

const parent = peer(process, {
  async open(argument) {
    const { world, allow } = argument as { world: number; allow?: readonly string[] };
    const cloud = await cloudProcess.open(allow, async (action) => {
      const when = (await parent.ask('count', { world, action })) as CrashPoint['when'] | undefined;
      if (when === undefined) return undefined;
      const hold = async (): Promise<{ drop: true }> => {
        await parent.ask('kill', { world });
        return { drop: true };
      };
      return { when, hold };
    });
    worlds.set(world, cloud);
    return cloud.address;
  },
  state: (world) => worlds.get(world)?.state(),
  drift: (world) => worlds.get(world)?.drift(),
  async close(world) {
    await worlds.get(world)?.close();
    worlds.delete(world);
  },
});
// The parent's death is the end of this process.
process.on('disconnect', () => process.exit());
