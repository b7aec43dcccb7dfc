import { userError, type BackendContext } from '../../logical/index.ts';
import { distributionName } from '../records/distribution-store.ts';
import { changeKey } from '../held-key.ts';
import type { Mount } from '../mount.ts';
import { beginKeyChange, endKeyChange } from './key-changes.ts';

/** What storage holds of a key whose record is missing although nobody deleted the key. */
export interface LostKey {
  /** Versions whose material is there, ascending. */
  readonly versions: readonly number[];
  /** KMS providers that it is distributed to. */
  readonly kms: readonly string[];
}

/**
 * Looks for what is left of a key that has no record. Undefined where nothing is, where the key has a record, and where
 * it is just being created or deleted. The caller holds the key's lock.
 */
export async function findLostKey(mount: Mount, context: BackendContext, name: string): Promise<LostKey | undefined> {
  const { storage, signal } = context;
  if ((await mount.keys.get(storage, name, signal)) ?? (await mount.keyChanges.get(storage, name, signal))) {
    return undefined;
  }
  return remainsOf(mount, context, name);
}

/** As {@link findLostKey}, for a caller who knows that there is neither a record nor a change under way. */
async function remainsOf(
  mount: Mount,
  { storage, signal }: BackendContext,
  name: string,
): Promise<LostKey | undefined> {
  const versions = await mount.materials.versions(storage, name, signal);
  const folders = await mount.distributions.list(storage, '', signal);
  const all = folders.map((folder) => folder.replace(/\/$/, ''));
  const distributed = await Promise.all(
    all.map((kms) => mount.distributions.get(storage, distributionName({ kms, key: name }), signal)),
  );
  const kms = all.filter((_, index) => distributed[index] !== undefined);
  return versions.length === 0 && kms.length === 0 ? undefined : { versions, kms };
}

/** So many are looked at one by one; that many more can only be a loss, and no change under way. */
const MOST_CHECKED = 1000;

/**
 * Names of the keys that have material but neither a record nor a change under way. Nobody is waited for: a key that is
 * locked just now is left out.
 */
export async function lostKeys(mount: Mount, context: BackendContext): Promise<readonly string[]> {
  const { storage, signal } = context;
  const materials = await mount.materials.names(storage, signal);
  const present = new Set([
    ...(await mount.keyChanges.list(storage, '', signal)),
    ...(await mount.keys.list(storage, '', signal)),
  ]);
  const missing = materials.filter((name) => !present.has(name) && !mount.keyLock.isHeld(name));
  if (missing.length > MOST_CHECKED) return missing;
  const lost: string[] = [];
  for (const name of missing) {
    // It may have been deleted between the lists.
    if (await mount.keyLock.run(name, () => findLostKey(mount, context, name), signal)) lost.push(name);
  }
  return lost;
}

/**
 * For a caller who has seen that the key has no record, and has ended a change of it.
 *
 * @throws {BackendError} user_error where storage holds anything of a key of that name
 */
export async function refuseLostKey(mount: Mount, context: BackendContext, name: string): Promise<void> {
  const lost = await remainsOf(mount, context, name);
  if (lost) throw userError(describeLostKey(name, lost));
}

/**
 * Gives up what is left of a key without a record. Does nothing where there is nothing.
 *
 * @returns what was deleted
 * @throws {BackendError} user_error while it is distributed to a KMS
 */
export async function deleteLostKey(mount: Mount, context: BackendContext, name: string): Promise<LostKey | undefined> {
  return changeKey(mount, context, name, async (held) => {
    const lost = await findLostKey(mount, context, name);
    if (!lost) return undefined;
    if (lost.kms.length > 0) {
      throw userError(
        `key "${name}", whose record is missing, is distributed to KMS ${quotedNames(lost.kms)}: forget that first ` +
          `with: vault write -f <mount>/kms/${lost.kms[0] ?? ''}/key/${name}/force-remove`,
      );
    }
    mount.logger.warn('deletes the material of a key whose record is missing', {
      key: name,
      versions: lost.versions.join(','),
    });
    await beginKeyChange(mount, context, held, {
      change: 'deletion',
      latest_version: Math.max(...lost.versions),
    });
    mount.materialCleanup.needed = true;
    await endKeyChange(mount, context, held);
    mount.events.send('key-delete', { key: name });
    return lost;
  });
}

function describeLostKey(name: string, { versions, kms }: LostKey): string {
  const found = [
    ...(versions.length === 0 ? [] : [`the material of ${versions.length} of its versions`]),
    ...(kms.length === 0 ? [] : [`its distribution to KMS ${quotedNames(kms)}`]),
  ];
  return (
    `the record of key "${name}" is missing, but storage holds ${found.join(' and ')}: ` +
    `restore the record at key/${name} from a snapshot, use another name, or give the key up with: ` +
    `vault delete <mount>/lost-key/${name}`
  );
}

function quotedNames(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
