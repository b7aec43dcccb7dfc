import type { Observation, Performed } from '../observation.ts';
import type { Answer } from './calls.ts';

/** What is logged of a call that changes something. */
export type Receipt = Omit<Performed, 'seen'>;

/** The receipt of a call by its answer; undefined where nothing had to be changed. */
export function receiptOf(answer: Answer | undefined): Receipt {
  const requestId = answer?.$metadata.requestId;
  return { changed: answer !== undefined, ...(requestId === undefined ? {} : { requestId }) };
}

/** What a call has done, by its answer and what is known from then on. */
export function performed(answer: Answer | undefined, ...seen: readonly Observation[]): Performed {
  return { ...receiptOf(answer), seen };
}
