import type { Receipt } from '../port.ts';
import type { Answer } from './calls.ts';

/** The receipt of a call by its answer; undefined where no call had to change anything. */
export function receiptOf(answer: Answer | undefined): Receipt {
  const requestId = answer?.$metadata.requestId;
  return { changed: answer !== undefined, ...(requestId === undefined ? {} : { requestId }) };
}
