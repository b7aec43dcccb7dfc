import { StorageError, type BackendContext } from '../../../logical/index.ts';
import { endKeyChange } from '../key-changes.ts';
import { lostKeys } from '../lost-key.ts';
import { changeKey } from '../../held-key.ts';
import type { Mount } from '../../mount.ts';
import { reasonOf } from '../../../support/reason-of.ts';

/** Names that one line of the log holds. */
const MOST_NAMES = 100;

/** Makes the sweep over interrupted creations and deletions of keys. */
export function keyChangeSweep(mount: Mount): (context: BackendContext) => Promise<void> {
  let isReported = false;
  return async (context) => {
    if (mount.materialCleanup.needed) {
      // Lowered first: a deletion that raises it again meanwhile wants another sweep.
      mount.materialCleanup.needed = false;
      try {
        await sweep(mount, context);
      } catch (error) {
        mount.materialCleanup.needed = true;
        throw error;
      }
    }
    if (isReported) return;
    isReported = await reportLostKeys(mount, context);
  };
}

async function sweep(mount: Mount, context: BackendContext): Promise<void> {
  const { storage, signal } = context;
  for (const name of await mount.keyChanges.list(storage, '', signal)) {
    if (mount.keyLock.isHeld(name)) {
      // It is under way, or somebody waits for the key: the next tick looks again.
      mount.materialCleanup.needed = true;
    } else {
      await end(mount, context, name);
    }
  }
}

async function end(mount: Mount, context: BackendContext, name: string): Promise<void> {
  try {
    await changeKey(mount, context, name, (held) => endKeyChange(mount, context, held));
  } catch (error) {
    if (error instanceof StorageError || context.signal.aborted) throw error;
    // A record that cannot be read: the others must not wait for it.
    mount.logger.error('cannot finish an interrupted creation or deletion of a key', {
      key: name,
      reason: reasonOf(error),
    });
  }
}

/** @returns whether it could be told which keys are lost */
async function reportLostKeys(mount: Mount, context: BackendContext): Promise<boolean> {
  let lost: readonly string[];
  try {
    lost = await lostKeys(mount, context);
  } catch (error) {
    if (error instanceof StorageError || context.signal.aborted) throw error;
    mount.logger.error('cannot tell which keys have lost their records', { reason: reasonOf(error) });
    return false;
  }
  if (lost.length === 0) return true;
  mount.logger.warn('records of keys are missing in storage; their material is kept', {
    count: lost.length,
    keys: lost.slice(0, MOST_NAMES).join(','),
  });
  return true;
}
