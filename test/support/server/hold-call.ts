import type { Stage } from './stage.ts';

/** A call to the embedded KMS that waits half-way. */
export interface HeldCall {
  /** Resolves when the call has got there. */
  readonly reached: Promise<void>;
  /** Lets it go on; `drop` closes the connection instead of answering. */
  release(how?: { readonly drop: boolean }): void;
}

/** Holds the next call of an action, before its effect or between its effect and its answer. Others pass. */
export function holdCall(stage: Stage, action: string, when: 'before' | 'after'): HeldCall {
  let arrive: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  let release: HeldCall['release'] = () => undefined;
  const released = new Promise<{ readonly drop: boolean }>((resolve) => {
    release = (how = { drop: false }) => {
      resolve(how);
    };
  });
  let held = false;
  stage.embedded.faults.set((call) => {
    if (held || call.action !== action) return undefined;
    held = true;
    const hold = (): Promise<{ readonly drop: boolean }> => {
      arrive();
      return released;
    };
    return { when, hold };
  });
  return { reached, release };
}
