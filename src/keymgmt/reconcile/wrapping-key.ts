import type { ObjectStep } from '../../providers/step.ts';
import { performLogged } from '../log-change.ts';
import type { Kms } from '../records/kms.ts';
import { usableWrappingKey } from './plan-input.ts';
import { runTarget, type Run } from './run.ts';

/**
 * Makes the key that material is wrapped with on its way into a KMS, which all keys in the KMS share. Its name is in
 * storage before the call, so that a repeated call is about the same one.
 */
export async function createWrappingKey(run: Run, { place }: ObjectStep): Promise<void> {
  const { mount, ref, client, context } = run;
  run.kms = await changeKms(run, (kms) => {
    // Another key may have made one meanwhile; one that was begun is taken up again.
    if (usableWrappingKey(kms, mount.clock.now()) !== undefined || kms.wrapping_key?.ready === false) return kms;
    return { ...kms, wrapping_key: { name: mount.newName(`${ref.kms}-wrapping`), ready: false } };
  });
  if (usableWrappingKey(run.kms, mount.clock.now()) !== undefined) return;
  const step = { action: 'create_wrapping_key', place } as const;
  const performed = await performLogged(
    mount,
    ref,
    { step: step.action, place, name: run.kms.wrapping_key?.name },
    () => client.perform(step, runTarget(run), context.signal),
  );
  const seen = performed.seen.filter((each) => each.of === 'wrapping_key');
  const made = seen.find(({ state }) => state === 'ready');
  if (!made) {
    if (seen.length === 0) throw new Error('the driver has made a wrapping key and does not name it');
    // Its name is not free any more: the next plan makes one of another name.
    for (const { name } of seen) await forgetWrappingKey(run, name);
    return;
  }
  const { name, until } = made;
  run.kms = await changeKms(run, (kms) => ({
    ...kms,
    wrapping_key: { name, ready: true, ...(until === undefined ? {} : { until }) },
  }));
}

/** Forgets one that is not there any more. The next one gets another name: this one may never be free again. */
export async function forgetWrappingKey(run: Run, name: string): Promise<void> {
  run.kms = await changeKms(run, ({ wrapping_key, ...kms }) =>
    wrapping_key?.name === name || !wrapping_key ? kms : { ...kms, wrapping_key },
  );
}

/**
 * Changes the record of a run's KMS. Does not end when the client leaves: what happened in the cloud is written even when the
 * client has left.
 *
 * @returns the record as it is now
 */
async function changeKms({ mount, context, ref, kms: former }: Run, next: (kms: Kms) => Kms): Promise<Kms> {
  return mount.kmsLock.run(ref.kms, async () => {
    const stored = (await mount.kms.get(context.storage, ref.kms)) ?? former;
    const changed = next(stored);
    if (changed !== stored) await mount.kms.put(context.storage, ref.kms, changed);
    return changed;
  });
}
