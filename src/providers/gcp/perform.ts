import type { Observation, Performed } from '../observation.ts';
import type { Target } from '../port.ts';
import { CONSISTENT } from '../http/retry.ts';
import { HOME, type RepeatableStep } from '../step.ts';
import { createKey } from './create-key.ts';
import { destroyAll, destroyVersion } from './destroy-version.ts';
import { awaitImport, importAgain, wrappingKeyOf } from './import-material.ts';
import { misfit } from './unusable-answer.ts';
import { versionName } from './names.ts';
import type { Steps } from './steps.ts';
import { known, unlessUsable } from './version-state.ts';
import { idOf, seenVersion } from './versions.ts';

const PATCH = 'cryptoKeyVersions.patch';
const PRIMARY = 'cryptoKeys.updatePrimaryVersion';

/** Performs a step of {@link planGcp} that may be repeated. */
export async function performStep(steps: Steps, step: RepeatableStep, target: Target): Promise<Performed> {
  switch (step.action) {
    case 'create_container':
      return createKey(steps, target);
    case 'create_wrapping_key':
      return createJob(steps, target);
    case 'import':
      return importAgain(steps, step.version, target);
    case 'await':
      return awaitImport(steps, step.version, target);
    case 'enable':
    case 'disable':
      return switchVersion(steps, step.action, step.version, target);
    case 'set_current':
      return setPrimary(steps, step.version, target);
    case 'remove': {
      const { version, place } = step;
      return destroyVersion(steps, idOf(target, version), (state) => ({ of: 'version', version, place, state }));
    }
    case 'remove_replaced': {
      const { id = '' } = step;
      const seen = (state: 'removed' | 'unknown'): Observation => ({ of: 'replaced', id, state });
      return id.includes('/') ? destroyVersion(steps, id, seen) : destroyAll(steps, id, target, seen);
    }
    case 'replicate':
    case 'remove_name':
    case 'remove_container':
      throw new Error(`Google Cloud KMS has no step ${step.action}`);
  }
}

async function createJob(steps: Steps, target: Target): Promise<Performed> {
  const name = wrappingKeyOf(target);
  const job = await steps.jobs.ready(name, target.protection, false, steps);
  if (job === 'gone') return { changed: false, seen: [{ of: 'wrapping_key', name, state: 'gone' }] };
  return { changed: true, seen: [{ of: 'wrapping_key', name, state: 'ready', until: job.until }] };
}

async function switchVersion(
  steps: Steps,
  action: 'enable' | 'disable',
  version: number,
  target: Target,
): Promise<Performed> {
  const id = idOf(target, version);
  const { key, number } = versionName(PATCH, id);
  const state = action === 'enable' ? 'ENABLED' : 'DISABLED';
  try {
    const changed = await steps.retry(CONSISTENT, () => steps.calls.setState(key, number, state, steps.signal));
    return { changed: true, seen: [known(seenVersion(version, key, changed), PATCH)] };
  } catch (error) {
    const { seen } = await unlessUsable(steps, error, version, id, PATCH);
    return { changed: false, seen: [seen] };
  }
}

async function setPrimary(steps: Steps, version: number, target: Target): Promise<Performed> {
  const id = idOf(target, version);
  const { key, number } = versionName(PRIMARY, id);
  try {
    const { primary } = await steps.retry(CONSISTENT, () => steps.calls.setPrimary(key, number, steps.signal));
    if (primary !== number) throw misfit(PRIMARY, `the answer has another primary version than ${number}`);
    return { changed: true, seen: [{ of: 'name', place: HOME, points: version, id }] };
  } catch (error) {
    const { seen } = await unlessUsable(steps, error, version, id, PRIMARY);
    return { changed: false, seen: [seen] };
  }
}
