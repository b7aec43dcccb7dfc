import { KmsError } from './errors.ts';

/** What a fault is chosen by. */
export interface FaultCall {
  readonly action: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** KeyId or TargetKeyId as the request has it. */
  readonly keyId?: string | undefined;
  /** Counts the calls of any action, from 1. */
  readonly number: number;
  /** Counts the calls of this action, from 1. */
  readonly nth: number;
}

/** What goes wrong with one call, before or after it has had its effect. */
export interface Fault {
  readonly when: 'before' | 'after';
  /** Called when the call gets here, which then waits for the result; `drop: true` drops it. */
  readonly hold?: () => Promise<{ readonly drop?: boolean } | undefined>;
  /** The error answered. */
  readonly error?: { readonly code: string; readonly message?: string; readonly status: number };
  /** Closes the connection without an answer. */
  readonly drop?: true;
  /** Never answers; the connection stays open. */
  readonly hang?: true;
}

/** Says what goes wrong with a call, if anything. */
export type FaultChoice = (call: FaultCall) => Fault | undefined | Promise<Fault | undefined>;

export interface Faults {
  /** Asks `choose` about every call from now on, which waits for it; one function at a time. */
  set(choose: FaultChoice): void;
  clear(): void;
}

/** A fault that leaves the client without an answer. */
export class NoAnswer extends Error {
  readonly how: 'dropped' | 'hung';

  constructor(how: 'dropped' | 'hung') {
    super(`The call is ${how}`);
    this.how = how;
  }
}

/** @throws {KmsError} the fault's error @throws {NoAnswer} for drop and hang */
export async function strike(fault: Fault | undefined, when: Fault['when']): Promise<void> {
  if (fault?.when !== when) return;
  const released = await fault.hold?.();
  if (fault.drop === true || released?.drop === true) throw new NoAnswer('dropped');
  if (fault.hang === true) throw new NoAnswer('hung');
  if (fault.error !== undefined) throw new KmsError(fault.error.code, fault.error.message ?? '', fault.error.status);
}
