import { userError, type BackendContext } from '../../logical/index.ts';
import type { Credentials, KmsDriver, KmsDrivers } from '../../providers/port.ts';
import type { Mount } from '../mount.ts';
import { alternatives, quoted } from '../../support/quoted.ts';
import { driverOf, endpointOf, providerConfig, type Kms } from '../records/kms.ts';

/** What a client sets of a KMS provider; undefined where it said nothing. */
export interface KmsWrite {
  readonly provider: string | undefined;
  readonly keyCollection: string | undefined;
  /** Replaces all credentials there are. */
  readonly credentials: Credentials | undefined;
  /** That the keys in it are to go on under another endpoint than the one that issued their ids. */
  readonly confirmEndpoint: boolean;
}

/**
 * Creates or updates a KMS provider. Contacts no cloud.
 *
 * @returns what was stored
 * @throws {BackendError} user_error naming the wrong field
 */
export async function writeKms(mount: Mount, context: BackendContext, name: string, request: KmsWrite): Promise<Kms> {
  const { storage, signal } = context;
  return mount.kmsLock.run(
    name,
    async () => {
      const existing = await mount.kms.get(storage, name, signal);
      const asked = existing ? updated(name, existing, request) : created(mount.drivers, request);
      const driver = driverOf(mount.drivers, asked);
      const kms = request.credentials ? { ...asked, credentials: taken(driver, request.credentials) } : asked;
      const problem = driver.validateConfig(providerConfig(kms));
      if (problem !== undefined) throw userError(problem);
      if (existing && !request.confirmEndpoint) await refuseMove(mount, context, name, existing, kms);
      await mount.kms.put(storage, name, await pinned(mount, context, name, kms), signal);
      mount.figures.providers.set(name, kms.provider);
      mount.events.send('kms-write', { kms: name, provider: kms.provider });
      mount.logger.info('wrote a KMS provider', { kms: name, provider: kms.provider });
      return kms;
    },
    signal,
  );
}

/** The record, without the account of keys that are all gone: the next may be in another. */
async function pinned(mount: Mount, context: BackendContext, name: string, kms: Kms): Promise<Kms> {
  if (kms.account === undefined || (await holdsAnything(mount, context, name))) return kms;
  const { account: _former, ...rest } = kms;
  return rest;
}

async function holdsAnything(mount: Mount, { storage, signal }: BackendContext, name: string): Promise<boolean> {
  if ((await mount.distributions.list(storage, `${name}/`, signal)).length > 0) return true;
  return (await mount.orphans.list(storage, `${name}/`, signal)).length > 0;
}

/** An id that one endpoint has issued may be a stranger's key for another, so a KMS with keys moves only when told to. */
async function refuseMove(mount: Mount, context: BackendContext, name: string, existing: Kms, kms: Kms): Promise<void> {
  const [former, next] = [endpointOf(mount.drivers, existing), endpointOf(mount.drivers, kms)];
  if (former === next) return;
  if (!(await holdsAnything(mount, context, name))) return;
  throw userError(
    `the endpoint of KMS "${name}" would change from ${former} to ${next} while it holds keys: write the former endpoint, ` +
      'or send confirm_endpoint=true as well if the same keys are there under the same ids',
  );
}

function created(drivers: KmsDrivers, { provider, keyCollection }: KmsWrite): Kms {
  const kinds = Object.keys(drivers).join(', ');
  if (provider === undefined || provider === '') throw userError(`provider is required: use one of ${kinds}`);
  if (!Object.hasOwn(drivers, provider)) {
    throw userError(`unsupported provider ${quoted(provider)}: provider must be one of ${kinds}`);
  }
  if (keyCollection === undefined || keyCollection === '') {
    const each = Object.values(drivers).map(({ kind, help }) => `${help.keyCollection} (${kind})`);
    throw userError(`key_collection is required: ${alternatives(each)}`);
  }
  return { schema: 1, provider, key_collection: keyCollection, credentials: {} };
}

function updated(name: string, existing: Kms, { provider, keyCollection }: KmsWrite): Kms {
  const remedy = 'leave it out, or write another KMS provider';
  if (provider !== undefined && provider !== existing.provider) {
    throw userError(`provider of KMS "${name}" is ${existing.provider} and cannot be changed: ${remedy}`);
  }
  if (keyCollection !== undefined && keyCollection !== existing.key_collection) {
    throw userError(`key_collection of KMS "${name}" is ${existing.key_collection} and cannot be changed: ${remedy}`);
  }
  return existing;
}

function taken(driver: KmsDriver, sent: Credentials): Kms['credentials'] {
  const result = driver.takeCredentials(sent);
  if ('problem' in result) throw userError(result.problem);
  // UIs send null for optional credentials that were left alone, which arrives as an empty string.
  return Object.fromEntries(Object.entries(result.credentials).filter(([, value]) => value.reveal() !== ''));
}
