/** What every fake logs of a call, in order of arrival. Each adds who called and what the call was about. */
export interface LoggedCall {
  readonly action: string;
  /** Result for the client: `ok`, an error code, `dropped`, `hung`; `pending` until then. */
  readonly outcome: string;
  /** Whether the operation took effect, regardless of the result. */
  readonly effect: boolean;
}

/** An entry that the handler of the call completes. */
export type OpenCall<Call> = { -readonly [Field in keyof Call]: Call[Field] };

export interface CallLog<Call extends LoggedCall> {
  /** Adds an entry. @param known what is known of the call when it arrives */
  start(known: Omit<Call, 'outcome' | 'effect'>): OpenCall<Call>;
  calls(): readonly Call[];
  /** Number of calls of an action. */
  count(action: string): number;
}

export function newCallLog<Call extends LoggedCall>(): CallLog<Call> {
  const calls: OpenCall<Call>[] = [];
  return {
    start(known) {
      const call = { ...known, outcome: 'pending', effect: false } as OpenCall<Call>;
      calls.push(call);
      return call;
    },
    calls: () => calls.map((call) => ({ ...call })),
    count: (action) => calls.filter((call) => call.action === action).length,
  };
}
