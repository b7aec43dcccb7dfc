import { wrappingKeyRing, type WrappingKeys } from '../../dev/fake-cloud/wrapping-keys.ts';

const keys = wrappingKeyRing(1);

/** One key of 4096 bits for all fakes of a process, which is there before a test waits for it. */
export async function oneWrappingKey(): Promise<WrappingKeys> {
  await keys.take(4096, 0);
  return keys;
}
