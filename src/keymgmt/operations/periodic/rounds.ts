import { codedError, type BackendContext } from '../../../logical/index.ts';
import { withinBudget } from '../../../support/budget.ts';
import type { Mount } from '../../mount.ts';

/** In one round no KMS gets a turn later than this; with that turn the tick ends within the server's 90 seconds. */
const ROUND_MS = 40_000;
/** What one KMS gets of a round. */
const TURN_MS = 25_000;
/** KMS that have their turn at the same time: a dead one occupies its place for as long as its turn lasts. */
const PARALLEL = 16;

/** What became of a piece of work; `unreachable`: its KMS does not answer, and is left alone until the next round. */
export type Outcome = 'done' | 'unreachable';

/** The work of one tick in the clouds. */
export interface Round {
  /**
   * Works on several KMS at once, and on what belongs to one of them in the order given. What is not come to, as the time
   * is over or the KMS does not answer, is left: the caller offers it again in the next round.
   *
   * @param each - its context's signal aborts as soon as the KMS's time in this round is over
   * @throws the first error of `each`, when nothing is under way any more
   */
  run<T>(
    work: ReadonlyMap<string, readonly T[]>,
    each: (item: T, context: BackendContext) => Promise<Outcome>,
  ): Promise<void>;
}

/** Makes the rounds of one mount. Who has waited longest for a turn is first, so that everybody gets one. */
export function rounds(mount: Mount): { begin(context: BackendContext): Round } {
  const { clock, timer } = mount;
  /** Number of its last turn, by KMS. */
  const lastTurn = new Map<string, number>();
  let turns = 0;
  const spent = (): Error => codedError(504, 'the time for this KMS is over; the next tick goes on');

  return {
    begin(context) {
      const end = clock.monotonic() + ROUND_MS;
      /** Milliseconds that each KMS has left in this round. */
      const left = new Map<string, number>();

      const turn = async (kms: string, work: (signal: AbortSignal) => Promise<Outcome>): Promise<void> => {
        const milliseconds = left.get(kms) ?? TURN_MS;
        if (milliseconds <= 0) return;
        lastTurn.set(kms, ++turns);
        const begun = clock.monotonic();
        const outcome = await withinBudget({ timer, milliseconds, outer: context.signal, spent }, work);
        left.set(kms, outcome === 'unreachable' ? 0 : milliseconds - (clock.monotonic() - begun));
      };

      return {
        async run(work, each) {
          const queue = [...work].sort(([one], [other]) => (lastTurn.get(one) ?? 0) - (lastTurn.get(other) ?? 0));
          let failed = false;
          const worker = async (): Promise<void> => {
            for (let next = queue.shift(); next !== undefined && !failed; next = queue.shift()) {
              if (clock.monotonic() >= end) return;
              const [kms, items] = next;
              try {
                await turn(kms, async (signal) => {
                  for (const item of items) {
                    if (failed || signal.aborted) break;
                    if ((await each(item, { ...context, signal })) === 'unreachable') return 'unreachable';
                  }
                  return 'done';
                });
              } catch (error) {
                failed = true;
                throw error;
              }
            }
          };
          const ended = await Promise.allSettled(Array.from({ length: Math.min(PARALLEL, queue.length) }, worker));
          const failure = ended.find((each) => each.status === 'rejected');
          if (failure) throw failure.reason;
          context.signal.throwIfAborted();
        },
      };
    },
  };
}
