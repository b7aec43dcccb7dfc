import { userError, type BackendContext } from '../../logical/index.ts';
import { ProviderError } from '../../providers/errors.ts';
import type { KmsClient } from '../../providers/port.ts';
import { endpointOf, type Kms } from '../records/kms.ts';
import type { Mount } from '../mount.ts';
import { remoteIds, type Distribution } from '../records/distribution.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { missingLabels, versionLabels } from '../records/labels.ts';
import type { Run } from './run.ts';

/** What the refusals here name as their call. */
const CHECK = 'identity';

/** How many ids of a distribution are asked for where the KMS does not name the account. */
const SAMPLE = 3;

/**
 * Makes sure that the ids of a distribution are used only with the endpoint and the account that issued them: another
 * account's "not found" is no news of our objects, and another endpoint's id may be a stranger's key. Asks the KMS only
 * where something is recorded that the answer can be compared with.
 *
 * @param refresh - whether the account is asked for anew: before an object is treated as deleted
 * @returns where requests go now (KmsDriver.endpointOf)
 * @throws {ProviderError} invalid_request that names both, or what the KMS failed with
 */
export async function checkIdentity(
  mount: Mount,
  { signal }: BackendContext,
  ref: DistributionRef,
  { distribution, kms }: { readonly distribution: Distribution; readonly kms: Kms },
  client: KmsClient,
  refresh = false,
): Promise<string> {
  const endpoint = endpointOf(mount.drivers, kms);
  const expected = expectedAccount(distribution, kms);
  let account = expected === undefined ? undefined : await client.account(signal, refresh);
  // What a client remembers may be out of date: the credentials may be the right ones again.
  if (account !== expected && account !== undefined && !refresh)
    account = (await client.account(signal, true)) ?? account;
  if (expected !== undefined && account !== undefined && account !== expected) {
    throw refusal(otherAccount(ref.kms, account, expected));
  }
  const ids = Object.entries(remoteIds(distribution));
  if (expected !== undefined && account === undefined && ids.length > 0) {
    await requireAnyKnown(client, ref, expected, ids.slice(-SAMPLE), signal);
  }
  if (distribution.endpoint !== undefined && distribution.endpoint !== endpoint) {
    const [lost] = Object.entries(distribution.versions).find(([, { state }]) => state === 'creating') ?? [];
    if (lost !== undefined) {
      throw refusal(
        otherEndpoint(ref, endpoint, distribution.endpoint, `the outcome of creating version ${lost} is not known`),
      );
    }
    for (const [version, id] of ids) {
      const mismatch = await labelMismatch(mount, client, ref, Number(version), id, signal);
      if (mismatch !== undefined)
        throw refusal(otherEndpoint(ref, endpoint, distribution.endpoint, `${id}: ${mismatch}`));
    }
  }
  return endpoint;
}

/** As {@link checkIdentity}, before anything is recorded or believed; a KMS that does not answer refuses nothing. */
export async function refuseOtherIdentity(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  loaded: { readonly distribution: Distribution; readonly kms: Kms },
  refresh = false,
): Promise<void> {
  try {
    await mount.clients.use(ref.kms, loaded.kms, (client) =>
      checkIdentity(mount, context, ref, loaded, client, refresh),
    );
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof ProviderError)) throw error;
    if (error.call === CHECK) throw userError(error.message, error);
  }
}

/**
 * Makes sure, where labels may be read, that an object carries ours before it is disabled or deleted.
 *
 * @param version - undefined for one that was replaced
 * @throws {ProviderError} invalid_request that names the object
 */
export async function refuseForeign(
  { mount, ref, client, context }: Pick<Run, 'mount' | 'ref' | 'client' | 'context'>,
  id: string,
  version: number | undefined,
): Promise<void> {
  const verified = mount.verified.get(client) ?? new Set();
  mount.verified.set(client, verified);
  if (verified.has(id)) return;
  const answer = await client.readLabels(id, context.signal);
  // What is not there is told by the call itself; where labels may not be read, the record has to do.
  if (answer.outcome === 'unknown') return;
  const labels = versionLabels(mount.id, ref, '', version);
  const missing = answer.outcome === 'seen' ? missingLabels(answer.labels, labels) : [];
  if (missing.length > 0) {
    throw refusal(
      `${id} does not carry the labels of key "${ref.key}" (${missing.join(', ')}), so it is not touched: label it again ` +
        `if it belongs to the key, or forget the distribution with: ` +
        `vault write -f <mount>/kms/${ref.kms}/key/${ref.key}/force-remove`,
    );
  }
  verified.add(id);
}

/** The account that a distribution's objects are in, or will be; undefined where nobody knows yet. */
export function expectedAccount(distribution: Distribution, kms: Kms): string | undefined {
  if (distribution.account !== undefined) return distribution.account;
  // Objects that are on record without an account are of a release that did not ask, and need not be where others are.
  return Object.keys(remoteIds(distribution)).length === 0 ? kms.account : undefined;
}

/** The refusal of credentials that belong to another account than the keys. */
export function otherAccount(kms: string, account: string, expected: string): string {
  return (
    `KMS "${kms}" now has credentials of account ${account}, but its keys are in account ${expected}: ` +
    `write credentials of account ${expected} to kms/${kms}`
  );
}

function otherEndpoint({ kms, key }: DistributionRef, endpoint: string, former: string, why: string): string {
  return (
    `requests of KMS "${kms}" now go to ${endpoint}, but the ids of key "${key}" are from ${former}, and it is not ` +
    `shown that they are the same keys there (${why}): set the former endpoint again, or forget the distribution with: ` +
    `vault write -f <mount>/kms/${kms}/key/${key}/force-remove`
  );
}

async function requireAnyKnown(
  client: KmsClient,
  ref: DistributionRef,
  expected: string,
  ids: readonly (readonly [string, string])[],
  signal: AbortSignal,
): Promise<void> {
  for (const [, id] of ids) if ((await client.readLabels(id, signal)).outcome !== 'unknown') return;
  throw refusal(
    `KMS "${ref.kms}" does not say which account its credentials belong to, and knows none of the latest keys of ` +
      `"${ref.key}": write credentials of account ${expected} to kms/${ref.kms}`,
  );
}

/** Why an object is not shown to be ours by its labels; undefined where it is. */
async function labelMismatch(
  mount: Mount,
  client: KmsClient,
  ref: DistributionRef,
  version: number,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await client.readLabels(id, signal);
  if (answer.outcome === 'unknown') return 'not found';
  if (answer.outcome === 'forbidden') return `its labels may not be read, ${answer.why}`;
  const missing = missingLabels(answer.labels, versionLabels(mount.id, ref, '', version));
  return missing.length === 0 ? undefined : `other labels (${missing.join(', ')})`;
}

function refusal(text: string): ProviderError {
  return new ProviderError('invalid_request', text, { call: CHECK });
}

/**
 * Records the account of a KMS's first object. Does not end when the client leaves: the object is there.
 *
 * @returns the account that its keys are in: another one where a request beside this one was first
 */
export async function pinAccount(
  mount: Mount,
  { storage }: BackendContext,
  name: string,
  account: string,
): Promise<string> {
  return mount.kmsLock.run(name, async () => {
    const kms = await mount.kms.get(storage, name);
    if (!kms) return account;
    if (kms.account !== undefined) return kms.account;
    await mount.kms.put(storage, name, { ...kms, account });
    return account;
  });
}
