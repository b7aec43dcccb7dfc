/** The call that a fault is chosen for. Each fake adds what identifies its calls. */
export interface FaultCall {
  readonly action: string;
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
  readonly error?: FaultError;
  /** Closes the connection without a response. */
  readonly drop?: true;
  /** Never responds; the connection stays open. */
  readonly hang?: true;
}

/** An error of the cloud, as its fake renders it. */
export interface FaultError {
  readonly code: string;
  readonly message?: string;
  /** HTTP status. */
  readonly status: number;
}

/** Chooses the fault of a call, if any. */
export type FaultChoice<Call> = (call: Call) => Fault | undefined | Promise<Fault | undefined>;

export interface Faults<Call> {
  /** Sets the function that chooses the fault of every later call. Replaces the previous one. */
  set(choose: FaultChoice<Call>): void;
  clear(): void;
}

/** No faults at first; `choose` asks the function that was set last. */
export function newFaults<Call>(): { readonly faults: Faults<Call>; readonly choose: FaultChoice<Call> } {
  let chosen: FaultChoice<Call> = () => undefined;
  return {
    faults: {
      set(choose) {
        chosen = choose;
      },
      clear() {
        chosen = () => undefined;
      },
    },
    choose: (call) => chosen(call),
  };
}

/** A fault that leaves the client without a response. */
export class NoAnswer extends Error {
  readonly how: 'dropped' | 'hung';

  constructor(how: 'dropped' | 'hung') {
    super(`The call is ${how}`);
    this.how = how;
  }
}

/**
 * @param toError the error of the cloud's own kind that is thrown for `error`
 * @throws the fault's error @throws {NoAnswer} for drop and hang
 */
export async function strike(
  fault: Fault | undefined,
  when: Fault['when'],
  toError: (error: FaultError) => Error,
): Promise<void> {
  if (fault?.when !== when) return;
  const released = await fault.hold?.();
  if (fault.drop === true || released?.drop === true) throw new NoAnswer('dropped');
  if (fault.hang === true) throw new NoAnswer('hung');
  if (fault.error !== undefined) throw toError(fault.error);
}
