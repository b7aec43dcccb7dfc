import { requireWritable, type BackendContext } from '../logical/index.ts';
import type { Mount } from './mount.ts';

declare const held: unique symbol;

/** Proof that the caller holds the lock of a key, on a node that may write. Only {@link changeKey} makes one. */
export interface HeldKey {
  readonly name: string;
  readonly [held]: true;
}

/**
 * The one way to change a key, its distribution, or what it has in a KMS: under the key's lock, and on a node that may
 * write, as the work of any other would be lost and what it reads may be behind.
 *
 * @throws {ReadOnlyError} on a standby; the server forwards the request to the active node then
 */
export async function changeKey<T>(
  mount: Mount,
  { system, signal }: Pick<BackendContext, 'system' | 'signal'>,
  name: string,
  work: (key: HeldKey) => Promise<T>,
): Promise<T> {
  return mount.keyLock.run(
    name,
    async () => {
      await requireWritable(system, signal);
      return work({ name } as HeldKey);
    },
    signal,
  );
}
