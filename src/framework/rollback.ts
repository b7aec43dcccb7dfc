import {
  errorResponse,
  isReadOnlyError,
  isWritable,
  type BackendContext,
  type Request,
  type Response,
} from '../logical/index.ts';
import type { WallClock } from '../support/clock.ts';
import type { Logger } from '../support/logger.ts';
import { rollBackWal, type WalRollback } from './wal.ts';

/** Work of every rollback tick; `immediate` where the server wants everything done now. */
export type Periodic = (context: BackendContext & { readonly immediate: boolean }) => Promise<void>;

/** The periodic work of a backend. */
export interface RollbackOptions {
  readonly periodic: Periodic | undefined;
  readonly wal: WalRollback | undefined;
  readonly clock: WallClock;
  readonly logger: Logger;
}

/**
 * Answers the server's rollback tick, every minute and at unmount: the periodic work, then the WAL, each whatever
 * becomes of the other. Only where this node may write; losing that in the middle is no failure, as the new active node
 * has a tick of its own.
 *
 * @returns an error response that names the WAL entries which failed
 * @throws what the periodic work threw
 */
export async function handleRollback(options: RollbackOptions, request: Request): Promise<Response | undefined> {
  const { storage, system, signal } = request;
  const context = { storage, system, signal };
  const immediate = request.data['immediate'] !== undefined;
  if (!(await isWritable(system, signal))) return undefined;
  const { periodic } = options;
  const work = periodic && (await outcome(() => periodic({ ...context, immediate })));
  const { wal, clock, logger } = options;
  const failures = wal ? await rollBackWal(wal, context, { clock, logger, immediate }) : [];
  if (work?.failed) throw work.reason;
  return failures.length > 0 ? errorResponse(listed(failures)) : undefined;
}

async function outcome(work: () => Promise<void>): Promise<{ readonly failed: boolean; readonly reason?: unknown }> {
  try {
    await work();
    return { failed: false };
  } catch (reason) {
    return isReadOnlyError(reason) ? { failed: false } : { failed: true, reason };
  }
}

// As go-multierror writes them.
function listed(texts: readonly string[]): string {
  const count = texts.length === 1 ? '1 error' : `${texts.length} errors`;
  return `${count} occurred:\n${texts.map((text) => `\t* ${text}\n`).join('')}\n`;
}
