import { KmsError } from './errors.ts';

/** The call that a fault is chosen for. */
export interface FaultCall {
  readonly action: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** KeyId or TargetKeyId of the request. */
  readonly keyId?: string | undefined;
  /** Counts the calls of any action, from 1. */
  readonly number: number;
  /** Counts the calls of this action, from 1. */
  readonly nth: number;
}

/** The fault of one call, before or after it takes effect. */
export interface Fault {
  readonly when: 'before' | 'after';
  /** Called when the call reaches this point; the call waits for the result. `drop: true` drops it. */
  readonly hold?: () => Promise<{ readonly drop?: boolean } | undefined>;
  /** The error returned. */
  readonly error?: { readonly code: string; readonly message?: string; readonly status: number };
  /** Closes the connection without a response. */
  readonly drop?: true;
  /** Never responds; the connection stays open. */
  readonly hang?: true;
}

/** Chooses the fault of a call, if any. */
export type FaultChoice = (call: FaultCall) => Fault | undefined | Promise<Fault | undefined>;

export interface Faults {
  /** Sets the function that chooses the fault of every later call. Replaces the previous one. */
  set(choose: FaultChoice): void;
  clear(): void;
}

/** A fault that leaves the client without a response. */
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
