import type { ObjectStep } from '../../providers/step.ts';
import { performLogged } from '../log-change.ts';
import { changeKms } from './change-kms.ts';
import { usableWrappingKey } from './plan-input.ts';
import { runTarget, type Run } from './run.ts';
import { takeNote } from './take-note.ts';

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
  // One that was begun long ago may have expired since: the next plan has another name.
  if (performed.seen.some((each) => each.of === 'wrapping_key' && each.state === 'gone'))
    return takeNote(run, performed);
  const made = performed.seen.filter((each) => each.of === 'wrapping_key').find(({ state }) => state === 'ready');
  if (!made) throw new Error('the driver has made a wrapping key and does not name it');
  const { name, until } = made;
  run.kms = await changeKms(run, (kms) => ({
    ...kms,
    wrapping_key: { name, ready: true, ...(until === undefined ? {} : { until }) },
  }));
}
