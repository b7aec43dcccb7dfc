import {
  BackendError,
  isReadOnlyError,
  isWritable,
  type BackendContext,
  type Request,
  type Response,
} from '../logical/index.ts';
import type { Clock } from '../support/clock.ts';
import { rollBackWal, type WalRollback } from './wal.ts';

/** The periodic work of a backend. */
export interface RollbackOptions {
  /** Called by every rollback tick; `immediate` where the server wants everything done now. */
  readonly periodic: ((context: BackendContext & { readonly immediate: boolean }) => Promise<void>) | undefined;
  readonly wal: WalRollback | undefined;
  readonly clock: Clock;
}

/**
 * Answers the server's rollback tick, every minute and at unmount: the periodic work, then the WAL. Only where this
 * node may write; losing that in the middle is no failure, as the new active node has a tick of its own.
 */
export async function handleRollback(options: RollbackOptions, request: Request): Promise<Response | undefined> {
  const { storage, system, signal } = request;
  const context = { storage, system, signal };
  const immediate = request.data['immediate'] !== undefined;
  try {
    if (!(await isWritable(system, signal))) return undefined;
    await options.periodic?.({ ...context, immediate });
    if (!options.wal) return undefined;
    const failures = await rollBackWal(options.wal, context, options.clock, immediate);
    if (failures.length > 0) throw new BackendError('internal', failures.join('; '));
    return undefined;
  } catch (error) {
    if (isReadOnlyError(error)) return undefined;
    throw error;
  }
}
