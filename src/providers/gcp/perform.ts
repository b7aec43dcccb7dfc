import { withMaterial } from '../../crypto/key-material.ts';
import { wrapRsaAesKwp } from '../../crypto/wrap-rsa-aes-kwp.ts';
import { ProviderError } from '../errors.ts';
import type { ImportFacts, Observation, Performed, VersionObservation } from '../observation.ts';
import type { Target } from '../port.ts';
import { CONSISTENT, CREATE, type RetryDependencies, type RetryPolicy } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { HOME, type RepeatableStep } from '../step.ts';
import { kindOf } from './algorithms.ts';
import type { CryptoKey, CryptoKeyVersion } from './answers.ts';
import { IMPORT_METHOD } from './calls.ts';
import type { ImportJobs } from './import-jobs.ts';
import { fromCloudLabels, toCloudLabels } from './labels.ts';
import { allVersions, type Listing } from './list-all.ts';
import { isJobOf, versionName } from './names.ts';
import { poll } from './poll.ts';
import { isAlive, seenVersion, versionId } from './versions.ts';

/** How long one step waits for an import, which takes seconds; the engine waits again at its next tick. */
const IMPORT_MS = 30_000;
/** An import that fails so often is not tried again at once. */
const MOST_FAILED_IMPORTS = 2;

const IMPORT = 'cryptoKeyVersions.import';
const PATCH = 'cryptoKeyVersions.patch';
const DESTROY = 'cryptoKeyVersions.destroy';
const PRIMARY = 'cryptoKeys.updatePrimaryVersion';

/** What the steps of one operation share. */
export interface Steps extends Listing, Pick<RetryDependencies, 'wait'> {
  readonly jobs: ImportJobs;
  /** How often imports into a version have failed, by its id. */
  readonly failedImports: Map<string, number>;
}

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

/**
 * Makes the CryptoKey. A name that is taken is ours only where its labels say so, which takes a permission beyond the
 * documented ones: otherwise another name is chosen, and what a lost answer has made stays behind without a version.
 */
async function createKey({ calls, retry, signal }: Steps, target: Target): Promise<Performed> {
  const id = target.distributedName;
  const { purpose, algorithm } = requireKind(target);
  const protectionLevel = target.protection === 'hsm' ? 'HSM' : 'SOFTWARE';
  const ours = target.labels();
  const key = { purpose, algorithm, protectionLevel, labels: toCloudLabels(ours) } as const;
  const seen: Observation = { of: 'container', id, state: 'made' };
  const isAsAsked = (found: CryptoKey): boolean =>
    found.importOnly &&
    found.purpose === purpose &&
    found.algorithm === algorithm &&
    found.protectionLevel === protectionLevel;
  const made = await undefinedOn(['already_exists'], () => retry(CONSISTENT, () => calls.createKey(id, key, signal)));
  if (made !== undefined) {
    if (isAsAsked(made)) return { changed: true, seen: [seen] };
    throw misfit('cryptoKeys.create', 'the CryptoKey is of another kind than asked for');
  }
  const there = await undefinedOn(['forbidden', 'not_found'], () => retry(CONSISTENT, () => calls.getKey(id, signal)));
  const labels = there && fromCloudLabels(there.labels);
  const isOurs =
    there !== undefined && isAsAsked(there) && Object.entries(ours).every(([name, value]) => labels?.[name] === value);
  return { changed: false, seen: [isOurs ? seen : { of: 'name', place: HOME, points: 'stranger' }] };
}

async function createJob(steps: Steps, target: Target): Promise<Performed> {
  const name = wrappingKeyOf(target);
  const job = await steps.jobs.ready(name, target.protection, false, steps);
  if (job === 'gone') return { changed: false, seen: [{ of: 'wrapping_key', name, state: 'gone' }] };
  return { changed: true, seen: [{ of: 'wrapping_key', name, state: 'ready', until: job.until }] };
}

async function importAgain(steps: Steps, version: number, target: Target): Promise<Performed> {
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

async function awaitImport(steps: Steps, version: number, target: Target): Promise<Performed> {
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

/**
 * What a version is whose state does not permit a call.
 *
 * @throws the error itself where it is another one, or the version can be used
 */
async function unlessUsable(steps: Steps, error: unknown, version: number, id: string, call: string): Promise<Found> {
  if (!(error instanceof ProviderError) || error.reason !== 'invalid_state') throw error;
  const found = await stateOf(steps, version, id, call);
  const { state } = found.seen;
  if (state === 'pending_deletion') throw pendingDeletion(call, id);
  if (state === 'enabled' || state === 'disabled') throw error;
  return found;
}

/** Schedules the destruction of a version. */
export async function destroyVersion(
  steps: Steps,
  id: string,
  seen: (state: 'removed' | 'unknown') => Observation,
): Promise<Performed> {
  const { calls, retry, signal } = steps;
  const { key, number } = versionName(DESTROY, id);
  try {
    const destroyed = await retry(CONSISTENT, () => calls.destroy(key, number, signal));
    if (isAlive(destroyed)) throw misfit(DESTROY, `${id} is not to be destroyed, as the answer says`);
    return { changed: true, seen: [seen('removed')] };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.reason === 'not_found') return { changed: false, seen: [seen('unknown')] };
    if (error.reason !== 'invalid_state') throw error;
    const found = (await allVersions(steps, key)).find((each) => each.number === number);
    if (found === undefined) return { changed: false, seen: [seen('unknown')] };
    if (!isAlive(found)) return { changed: false, seen: [seen('removed')] };
    if (found.state === 'PENDING_IMPORT') {
      throw new ProviderError('not_ready', `${DESTROY}: ${id} is being imported, and cannot be destroyed yet`, {
        call: DESTROY,
      });
    }
    throw error;
  }
}

/** Schedules the destruction of all that the engine has imported into a CryptoKey which it took for gone. */
async function destroyAll(
  steps: Steps,
  key: string,
  target: Target,
  seen: (state: 'removed' | 'unknown') => Observation,
): Promise<Performed> {
  const all = await undefinedOn(['not_found'], () => allVersions(steps, key));
  if (all === undefined) return { changed: false, seen: [seen('unknown')] };
  const ours = all.filter((each) => isAlive(each) && isJobOf(each.importJob, target.wrappingKey));
  for (const { number } of ours) await destroyVersion(steps, versionId(key, number), seen);
  return { changed: ours.length > 0, seen: [seen('removed')] };
}

/** A version, with what is said of it. */
interface Found {
  readonly found: CryptoKeyVersion | undefined;
  readonly seen: VersionObservation;
}

/** Asks for the state of a version, by the list: reading a single one is not among the documented permissions. */
async function stateOf(steps: Steps, version: number, id: string, call: string): Promise<Found> {
  const { key, number } = versionName(call, id);
  const found = (await allVersions(steps, key)).find((each) => each.number === number);
  if (found === undefined) return { found, seen: { of: 'version', version, place: HOME, id, state: 'gone' } };
  return { found, seen: known(seenVersion(version, key, found), call) };
}

function known(seen: VersionObservation | undefined, call: string): VersionObservation {
  if (seen !== undefined) return seen;
  throw misfit(call, 'the CryptoKeyVersion is in an unknown state');
}

/** A success whose answer does not fit to what was asked for. */
function misfit(call: string, why: string): ProviderError {
  return new ProviderError('unavailable', `${call}: ${why}`, { call, ambiguous: true });
}

function pendingDeletion(call: string, id: string): ProviderError {
  return new ProviderError('pending_deletion', `${call}: ${id} is scheduled for destruction`, { call });
}

function requireKind(target: Target): NonNullable<ReturnType<typeof kindOf>> {
  const kind = kindOf(target);
  if (kind === undefined) throw new Error(`Google Cloud KMS takes no key of type ${target.keyType} with this purpose`);
  return kind;
}

function containerOf({ container }: Target): string {
  if (container === undefined) throw new Error('there is no CryptoKey');
  return container;
}

function wrappingKeyOf({ wrappingKey }: Target): string {
  if (wrappingKey === undefined) throw new Error('no name was chosen for the import job');
  return wrappingKey;
}

function idOf(target: Target, version: number): string {
  const id = target.id(version, HOME);
  if (id === undefined) throw new Error(`version ${version} is not known to exist`);
  return id;
}
