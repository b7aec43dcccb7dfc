import type { GeneratedKey } from '../../crypto/generate-key.ts';
import { withMaterial } from '../../crypto/key-material.ts';
import type { KeyType } from '../../crypto/key-type.ts';
import { TooManyGenerationsError } from '../../crypto/rsa-generator.ts';
import { codedError, type BackendContext } from '../../logical/index.ts';
import { rfc3339 } from '../../support/clock.ts';
import type { HeldKey } from '../held-key.ts';
import type { Mount } from '../mount.ts';
import { beginKeyChange, endKeyChange } from './key-changes.ts';
import { newKey, updatedKey, withNextVersion, type Key, type KeyUpdate, type KeyVersion } from '../records/key.ts';
import { refuseLostKey } from './lost-key.ts';

/**
 * Creates a key with its first version. The caller knows that there is none of that name.
 *
 * @throws {BackendError} user_error where storage holds something of a key of that name whose record is missing
 */
export async function createKey(
  mount: Mount,
  context: BackendContext,
  held: HeldKey,
  type: KeyType,
  settings: KeyUpdate,
): Promise<void> {
  const { name } = held;
  // Checked before anything is generated or stored.
  updatedKey(newKey(type, { creation_time: '' }), settings);
  // What an interrupted creation or deletion has left would pass for the new key's, and what else is there is not ours.
  await endKeyChange(mount, context, held);
  await refuseLostKey(mount, context, name);
  try {
    await beginKeyChange(mount, context, held, { change: 'creation', latest_version: 1 });
    const version = await storeNewMaterial(mount, context, name, 1, type);
    await mount.keys.put(context.storage, name, updatedKey(newKey(type, version), settings), context.signal);
  } catch (error) {
    mount.materialCleanup.needed = true;
    throw error;
  }
  mount.figures.keys.changed(name, undefined, type);
  mount.events.send('key-create', { key: name, type });
  await forgetCreation(mount, context, name);
  mount.logger.info('created a key', { key: name, type });
}

/** The key is there: whatever becomes of this, the request has succeeded, and the next tick does it again. */
async function forgetCreation(mount: Mount, { storage }: BackendContext, name: string): Promise<void> {
  try {
    await mount.keyChanges.delete(storage, name);
  } catch {
    mount.materialCleanup.needed = true;
  }
}

/** Adds a version to a key. @returns the key as stored */
export async function addVersion(mount: Mount, context: BackendContext, { name }: HeldKey, key: Key): Promise<Key> {
  const version = await storeNewMaterial(mount, context, name, key.latest_version + 1, key.type);
  const rotated = withNextVersion(key, version);
  await mount.keys.put(context.storage, name, rotated, context.signal);
  mount.events.send('key-rotate', { key: name, version: rotated.latest_version });
  mount.logger.info('rotated a key', { key: name, version: rotated.latest_version });
  return rotated;
}

/**
 * Generates a version and stores its material; the key's record, written next, makes it count. A crash in between
 * leaves material that no record names, never a record without material.
 */
async function storeNewMaterial(
  mount: Mount,
  { storage, signal }: BackendContext,
  name: string,
  version: number,
  type: KeyType,
): Promise<KeyVersion> {
  const { material, publicKey } = await generate(mount, type, signal);
  await withMaterial(material, () => mount.materials.put(storage, name, version, material, signal));
  const creationTime = rfc3339(mount.clock.now());
  return { creation_time: creationTime, ...(publicKey === undefined ? {} : { public_key: publicKey }) };
}

async function generate(mount: Mount, type: KeyType, signal: AbortSignal): Promise<GeneratedKey> {
  try {
    return await mount.generateKey(type, signal);
  } catch (error) {
    if (!(error instanceof TooManyGenerationsError)) throw error;
    throw codedError(429, `${error.message}: no ${type} key was made, try again in a minute`, error);
  }
}
