import type { Receipt } from '../port.ts';
import type { Answer } from './calls.ts';

/** Builds the receipt of a call from its response; undefined if nothing had to change. */
export function receiptOf(answer: Answer | undefined): Receipt {
  const requestId = answer?.$metadata.requestId;
  return { changed: answer !== undefined, ...(requestId === undefined ? {} : { requestId }) };
}
