import type { Protection } from '../spec.ts';
import { ProviderError } from '../errors.ts';
import { CONSISTENT, type Retry, type RetryDependencies } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import type { ImportJob } from './answers.ts';
import { IMPORT_METHOD, type Calls } from './calls.ts';
import { importJobId } from './names.ts';
import { poll } from './poll.ts';

/** Making the key of an import job takes seconds, in an HSM up to a minute. */
const GENERATION_MS = 30_000;
/** A job is not used any more for so long before it expires. */
const EARLY_MS = 5 * 60_000;

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
   * @returns `gone` for one that takes no imports any more
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

export function importJobs(calls: Calls, dependencies: RetryDependencies): ImportJobs {
  const known = new Map<string, UsableJob>();
  const isCurrent = ({ until }: UsableJob): boolean => Date.parse(until) - EARLY_MS > dependencies.clock.now();

  const find = async (
    id: string,
    level: 'HSM' | 'SOFTWARE',
    mayExist: boolean,
    { retry, signal }: JobContext,
  ): Promise<ImportJob> => {
    const get = (): Promise<ImportJob> => retry(CONSISTENT, () => calls.getImportJob(id, signal));
    const create = (): Promise<ImportJob | undefined> =>
      undefinedOn(['already_exists'], () => retry(CONSISTENT, () => calls.createImportJob(id, level, signal)));
    if (!mayExist) return (await create()) ?? get();
    return (await undefinedOn(['not_found'], get)) ?? (await create()) ?? get();
  };

  return {
    async ready(wrappingKey, protection, mayExist, context) {
      const level = protection === 'hsm' ? 'HSM' : 'SOFTWARE';
      const id = importJobId(wrappingKey, level);
      const remembered = known.get(id);
      if (remembered && isCurrent(remembered)) return remembered;
      known.delete(id);
      let job = await find(id, level, mayExist, context);
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
      if (job.state !== 'ACTIVE' || job.protectionLevel !== level || job.importMethod !== IMPORT_METHOD) return 'gone';
      const { publicKey, expires } = job;
      if (publicKey === undefined || expires === undefined) {
        const text = 'importJobs.get: the answer has no usable wrapping key';
        throw new ProviderError('unavailable', text, { call: 'importJobs.get' });
      }
      const usable = { id, publicKey, until: expires };
      if (!isCurrent(usable)) return 'gone';
      known.set(id, usable);
      return usable;
    },
    forget(id) {
      known.delete(id);
    },
  };
}
