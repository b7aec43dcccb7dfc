import { userError, type BackendContext } from '../../logical/index.ts';
import type { Protection, Purpose } from '../../providers/spec.ts';
import { rfc3339 } from '../../support/clock.ts';
import type { Key } from '../records/key.ts';
import { countDistribution } from '../figures.ts';
import { changeKey } from '../held-key.ts';
import { driverOf, endpointOf, providerConfig } from '../records/kms.ts';
import type { Mount } from '../mount.ts';
import { asBackendError, providerFailure } from '../provider-failure.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { distributionSpec, newDistribution, type Distribution } from '../records/distribution.ts';
import { distributionName, type DistributionRef } from '../records/distribution-store.ts';
import { syncHeld } from './sync.ts';
import { IncompleteError } from '../incomplete-error.ts';

/** What a distribution asks for. */
export interface DistributeRequest {
  /** Sorted, without duplicates; absent to take up a distribution that is there already. */
  readonly purposes: readonly Purpose[] | undefined;
  readonly protection: Protection | undefined;
}

/**
 * Distributes a key to a KMS: all its versions are there, and its name points to the latest, when this returns.
 * Repeating it with the same parameters finishes what is there; repeating it with none repairs it besides (sync).
 *
 * @throws {BackendError} user_error for a request that cannot be fulfilled; nothing is stored or made then
 */
export async function distribute(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  request: DistributeRequest,
): Promise<void> {
  await changeKey(mount, context, ref.key, async (held) => {
    const existing = await claim(mount, context, ref, request);
    if (existing && request.purposes === undefined && request.protection === undefined) {
      await syncHeld(mount, context, held, ref.kms);
      return;
    }
    try {
      await reconcile(mount, context, held, ref.kms);
    } catch (error) {
      if (!existing && error instanceof IncompleteError && (await undoneBecauseEmpty(mount, context, ref))) {
        throw providerFailure(error.cause.reason, `${notDistributed(ref)}: ${error.cause.message}`, error);
      }
      throw asBackendError(error);
    }
  });
}

/** Checks the request and writes the desired state. @returns whether the key was in this KMS already */
async function claim(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  request: DistributeRequest,
): Promise<boolean> {
  const { storage, signal } = context;
  return mount.kmsLock.run(
    ref.kms,
    async () => {
      const kms = await mount.kms.get(storage, ref.kms, signal);
      if (!kms) throw userError(`KMS "${ref.kms}" not found: write it to kms/${ref.kms} first`);
      const key = await mount.keys.get(storage, ref.key, signal);
      if (!key) throw userError(`key "${ref.key}" not found: create it at key/${ref.key} first`);
      const existing = await mount.distributions.get(storage, distributionName(ref), signal);
      if (existing) {
        refuseChange(ref, existing, request);
        return true;
      }
      await refuseSecondKms(mount, context, ref, key);
      const endpoint = endpointOf(mount.drivers, kms);
      const distribution = { ...fresh(mount, ref, request), endpoint };
      const problem = driverOf(mount.drivers, kms).checkDistribution(
        distributionSpec(ref.key, key, distribution),
        providerConfig(kms),
      );
      if (problem !== undefined) throw userError(problem);
      // The key's pointer first: a distribution that its key does not know of would miss the next rotation.
      if (key.kms !== ref.kms) await mount.keys.put(storage, ref.key, { ...key, kms: ref.kms }, signal);
      mount.workQueue.add(ref);
      await mount.distributions.put(storage, distributionName(ref), distribution, signal);
      countDistribution(mount, ref, undefined, distribution);
      return false;
    },
    signal,
  );
}

function fresh(mount: Mount, ref: DistributionRef, { purposes, protection }: DistributeRequest): Distribution {
  if (purposes === undefined || purposes.length === 0) {
    throw userError('purpose is required: give at least one of encrypt, decrypt, sign, verify, wrap, unwrap');
  }
  return newDistribution(mount.newName(ref.key), rfc3339(mount.clock.now()), purposes, protection ?? 'hsm');
}

function refuseChange(ref: DistributionRef, existing: Distribution, request: DistributeRequest): void {
  const where = `key "${ref.key}" is distributed to KMS "${ref.kms}"`;
  const remedy = `remove it first with: vault delete <mount>/kms/${ref.kms}/key/${ref.key}`;
  if (existing.removing) {
    throw userError(`key "${ref.key}" is being removed from KMS "${ref.kms}": delete it again to finish that`);
  }
  const { purposes, protection } = request;
  if (purposes !== undefined && purposes.length > 0 && purposes.join() !== existing.purpose.join()) {
    throw userError(`${where} with purpose ${existing.purpose.join(',')}, which cannot be changed: ${remedy}`);
  }
  if (protection !== undefined && protection !== existing.protection) {
    throw userError(`${where} with protection ${existing.protection}, which cannot be changed: ${remedy}`);
  }
}

async function refuseSecondKms(mount: Mount, context: BackendContext, ref: DistributionRef, key: Key): Promise<void> {
  if (key.kms === undefined || key.kms === ref.kms) return;
  const other = distributionName({ kms: key.kms, key: ref.key });
  if ((await mount.distributions.get(context.storage, other, context.signal)) === undefined) return;
  throw userError(
    `key "${ref.key}" is distributed to KMS "${key.kms}" already, and a key can be in one KMS only: ` +
      `remove it there first with: vault delete <mount>/kms/${key.kms}/key/${ref.key}`,
  );
}

/** A first distribution that the cloud refused before anything was made leaves no trace. @returns whether it was so */
async function undoneBecauseEmpty(mount: Mount, { storage }: BackendContext, ref: DistributionRef): Promise<boolean> {
  // Not bound to the request's signal: the client may be gone by now.
  const distribution = await mount.distributions.get(storage, distributionName(ref));
  if (!distribution || Object.keys(distribution.versions).length > 0) return false;
  await mount.distributions.delete(storage, distributionName(ref));
  countDistribution(mount, ref, distribution, undefined);
  mount.workQueue.done(ref);
  return true;
}

function notDistributed(ref: DistributionRef): string {
  return `key "${ref.key}" was not distributed to KMS "${ref.kms}", and nothing was made there`;
}
