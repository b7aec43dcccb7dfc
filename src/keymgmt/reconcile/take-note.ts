import { ProviderError } from '../../providers/errors.ts';
import type { Performed } from '../../providers/observation.ts';
import type { Run } from './run.ts';
import { changeKms } from './change-kms.ts';

/** How many names one run tries: more than processes that distribute keys of the same name in the same second. */
const MAX_NAMES = 5;

/** Puts on record what a call has shown; some of it concerns more than the distribution. */
export async function takeNote(run: Run, { seen }: Performed): Promise<void> {
  run.record.note(...seen);
  for (const each of seen) {
    if (each.of === 'name' && each.points === 'stranger') await chooseNewName(run);
    if (each.of === 'wrapping_key' && each.state === 'gone') {
      // The next one gets another name: this one may never be free again.
      run.kms = await changeKms(run, ({ wrapping_key, ...kms }) =>
        wrapping_key?.name === each.name || !wrapping_key ? kms : { ...kms, wrapping_key },
      );
    }
  }
}

/**
 * Chooses another name for one that is somebody else's, and has it in storage before it is in the cloud: two mounts, or two
 * processes, may have chosen the same second.
 *
 * What was created before keeps the first name in its labels, where it tells people where an object comes from; nothing
 * is found by it.
 *
 * @throws {ProviderError} already_exists after too many names
 */
async function chooseNewName(run: Run): Promise<void> {
  const { mount, ref, record } = run;
  const { name } = record.current;
  if (++run.names > MAX_NAMES) {
    throw new ProviderError('already_exists', `the name ${name} is taken in the KMS`, { call: 'name' });
  }
  const next = mount.newName(ref.key);
  mount.logger.info('the name is taken in the KMS; choosing another', { key: ref.key, kms: ref.kms, name, next });
  record.note({ of: 'new_name', name: next });
  await record.flush();
}
