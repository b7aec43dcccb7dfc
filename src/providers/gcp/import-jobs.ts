import { createPublicKey } from 'node:crypto';
import type { Protection } from '../spec.ts';
import { ProviderError } from '../errors.ts';
import { CONSISTENT, type Retry, type RetryDependencies } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import type { ImportJob } from './answers.ts';
import { IMPORT_METHOD, type Calls } from './calls.ts';
import { importJobId } from './names.ts';
import { poll } from './poll.ts';
import { unusable } from './unusable-answer.ts';

/** Making the key of an import job takes seconds, in an HSM up to a minute. */
const GENERATION_MS = 30_000;
/** A job is not used any more for so long before it expires. */
const EARLY_MS = 5 * 60_000;
/** How long a job lives (Cloud KMS API, ImportJob), whatever an answer says. */
const LIFETIME_MS = 3 * 24 * 60 * 60_000;

/** An import job that takes imports. */
export interface UsableJob {
  readonly id: string;
  /** PEM. */
  readonly publicKey: string;
  /** RFC 3339. */
  readonly until: string;
}

/** The import jobs of an account, which are three days old at most and cannot be deleted. */
export interface ImportJobs {
  /**
   * Finds the job of a wrapping key for one protection level, makes it where there is none, and waits for its key.
   *
   * @param mayExist - false where it is to be made now
   * @returns `gone` for one that takes no imports any more, or that somebody else has made
   * @throws {ProviderError} not_ready where its key takes longer
   */
  ready(
    wrappingKey: string,
    protection: Protection,
    mayExist: boolean,
    context: JobContext,
  ): Promise<UsableJob | 'gone'>;
  /** What is remembered of a job may be out of date. */
  forget(id: string): void;
}

export interface JobContext {
  readonly retry: Retry;
  readonly signal: AbortSignal;
}

interface FoundJob {
  readonly job: ImportJob;
  /** Whether it was made just now, for us. */
  readonly isNew: boolean;
}

export function importJobs(calls: Calls, dependencies: RetryDependencies): ImportJobs {
  const known = new Map<string, UsableJob>();
  const isCurrent = ({ until }: UsableJob): boolean => Date.parse(until) - EARLY_MS > dependencies.clock.now();

  const find = async (
    id: string,
    level: 'HSM' | 'SOFTWARE',
    mayExist: boolean,
    { retry, signal }: JobContext,
  ): Promise<FoundJob> => {
    const get = (): Promise<ImportJob> => retry(CONSISTENT, () => calls.getImportJob(id, signal));
    const create = (): Promise<ImportJob | undefined> =>
      undefinedOn(['already_exists'], () => retry(CONSISTENT, () => calls.createImportJob(id, level, signal)));
    const there = mayExist ? await undefinedOn(['not_found'], get) : undefined;
    if (there !== undefined) return { job: there, isNew: false };
    const made = await create();
    return made === undefined ? { job: await get(), isNew: false } : { job: made, isNew: true };
  };

  return {
    async ready(wrappingKey, protection, mayExist, context) {
      const level = protection === 'hsm' ? 'HSM' : 'SOFTWARE';
      const id = importJobId(wrappingKey, level);
      const remembered = known.get(id);
      if (remembered && isCurrent(remembered)) return remembered;
      known.delete(id);
      const found = await find(id, level, mayExist, context);
      const { isNew } = found;
      let { job } = found;
      const isAsAsked = (): boolean => job.protectionLevel === level && job.importMethod === IMPORT_METHOD;
      if (isNew && !isAsAsked()) {
        throw unusable('importJobs.create', 'the import job is of another protection level or method than asked for');
      }
      if (job.state === 'PENDING_GENERATION') {
        const made = await poll(dependencies, GENERATION_MS, context.signal, async () => {
          job = await context.retry(CONSISTENT, () => calls.getImportJob(id, context.signal));
          return job.state === 'PENDING_GENERATION' ? undefined : job;
        });
        if (made === undefined) {
          const text = `importJobs.get: the key of import job ${id} is not generated yet`;
          throw new ProviderError('not_ready', text, { call: 'importJobs.get' });
        }
      }
      // One of another kind was made by somebody else.
      if (job.state !== 'ACTIVE' || !isAsAsked()) return 'gone';
      const { publicKey, expiresAt } = job;
      if (publicKey === undefined || expiresAt === undefined || !isWrappingKey(publicKey)) {
        throw unusable('importJobs.get', `the answer has no public key of ${IMPORT_METHOD}`);
      }
      const latest = dependencies.clock.now() + LIFETIME_MS;
      const usable = { id, publicKey, until: new Date(Math.min(expiresAt, latest)).toISOString() };
      if (!isCurrent(usable)) {
        if (!isNew) return 'gone';
        throw unusable(
          'importJobs.create',
          'the import job has expired when it was made: correct the clock of this machine',
        );
      }
      known.set(id, usable);
      return usable;
    },
    forget(id) {
      known.delete(id);
    },
  };
}

/** Whether a PEM is a public key of {@link IMPORT_METHOD}. */
function isWrappingKey(pem: string): boolean {
  // The public key of a private one or of a certificate would be taken, too.
  if (!pem.startsWith('-----BEGIN PUBLIC KEY-----')) return false;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails: details } = createPublicKey(pem);
    return asymmetricKeyType === 'rsa' && details?.modulusLength === 4_096 && details.publicExponent === 65_537n;
  } catch {
    return false;
  }
}
