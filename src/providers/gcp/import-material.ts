import { withMaterial } from '../../crypto/key-material.ts';
import { wrapRsaAesKwp } from '../../crypto/wrap-rsa-aes-kwp.ts';
import { ProviderError } from '../errors.ts';
import type { ImportFacts, Observation, Performed } from '../observation.ts';
import type { Target } from '../port.ts';
import { CONSISTENT, CREATE, type RetryPolicy } from '../http/retry.ts';
import { HOME } from '../step.ts';
import { requireKind } from './algorithms.ts';
import { IMPORT_METHOD } from './calls.ts';
import { misfit } from './unusable-answer.ts';
import { poll } from './poll.ts';
import type { Steps } from './steps.ts';
import { known, pendingDeletion, stateOf, type Found } from './version-state.ts';
import { idOf, seenVersion, versionId } from './versions.ts';

/** How long one step waits for an import, which takes seconds; the engine waits again at its next tick. */
const IMPORT_MS = 30_000;
/** An import that fails so often is not tried again at once. */
const MOST_FAILED_IMPORTS = 2;

const IMPORT = 'cryptoKeyVersions.import';

/** Imports the material of a version: into a new number, or again into the one that it has. */
export async function importMaterial(
  steps: Steps,
  version: number,
  target: Target,
  into: string | undefined,
): Promise<Performed> {
  const { calls, jobs, retry, signal } = steps;
  const key = containerOf(target);
  const wrappingKey = wrappingKeyOf(target);
  const gone: Performed = { changed: false, seen: [{ of: 'wrapping_key', name: wrappingKey, state: 'gone' }] };
  const job = await jobs.ready(wrappingKey, target.protection, true, steps);
  if (job === 'gone') return gone;
  const wrappedKey = await withMaterial(await target.material(version), async (material) =>
    wrapRsaAesKwp(job.publicKey, material.reveal(), 'sha256'),
  );
  const policy: RetryPolicy = into === undefined ? CREATE : CONSISTENT;
  const { algorithm } = requireKind(target);
  const material = { algorithm, importJob: job.id, wrappedKey, ...(into !== undefined && { into }) };
  try {
    const made = await retry(policy, () => calls.importVersion(key, material, signal));
    if (into === undefined && target.ours(HOME).includes(versionId(key, made.number))) {
      throw misfit(IMPORT, 'the answer names a CryptoKeyVersion that is on record, as the one that was made');
    }
    const seen = known(seenVersion(version, key, made), IMPORT);
    const imported: ImportFacts = { wrappingAlgorithm: IMPORT_METHOD, wrappingKeySpec: 'RSA_4096' };
    const account: Observation = { of: 'account', account: made.project };
    return { changed: true, imported, seen: into === undefined ? [account, seen] : [seen] };
  } catch (error) {
    // The job may have expired meanwhile, which nothing but the job itself tells.
    if (!(error instanceof ProviderError) || error.reason !== 'invalid_state') throw error;
    jobs.forget(job.id);
    if ((await jobs.ready(wrappingKey, target.protection, true, steps)) === 'gone') return gone;
    throw error;
  }
}

export async function importAgain(steps: Steps, version: number, target: Target): Promise<Performed> {
  const id = idOf(target, version);
  const { found, seen } = await stateOf(steps, version, id, IMPORT);
  if (seen.state === 'pending_deletion') throw pendingDeletion(IMPORT, id);
  // The answer to an earlier import may have been lost.
  if (seen.state !== 'created' || found === undefined) return { changed: false, seen: [seen] };
  const failed = steps.failedImports.get(id) ?? 0;
  if (failed >= MOST_FAILED_IMPORTS) {
    steps.failedImports.delete(id);
    const text = `${IMPORT}: imports into ${id} fail: ${found.importFailureReason ?? 'no reason given'}`;
    throw new ProviderError('invalid_request', text, { call: IMPORT });
  }
  return importMaterial(steps, version, target, found.number);
}

export async function awaitImport(steps: Steps, version: number, target: Target): Promise<Performed> {
  const id = idOf(target, version);
  const ask = (): Promise<Found> => stateOf(steps, version, id, 'cryptoKeyVersions.list');
  const done = await poll(steps, IMPORT_MS, steps.signal, async () => {
    const { seen } = await ask();
    return seen.state === 'pending' ? undefined : seen;
  });
  const { failedImports } = steps;
  if (done?.state === 'created') failedImports.set(id, (failedImports.get(id) ?? 0) + 1);
  else failedImports.delete(id);
  return { changed: false, seen: [done ?? { of: 'version', version, place: HOME, id, state: 'pending' }] };
}

function containerOf({ container }: Target): string {
  if (container === undefined) throw new Error('there is no CryptoKey');
  return container;
}

export function wrappingKeyOf({ wrappingKey }: Target): string {
  if (wrappingKey === undefined) throw new Error('no name was chosen for the import job');
  return wrappingKey;
}
