/** One authenticated or refused call, in the order of arrival. */
export interface LoggedCall {
  readonly action: string;
  /** The id that the answer carries, as CloudTrail shows it. */
  readonly requestId: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** KeyId or TargetKeyId of the request; for CreateKey the id of the new key. */
  readonly keyId?: string;
  /** What the client was told: `ok`, an error's code, `dropped`, `hung`; `pending` until then. */
  readonly outcome: string;
  /** Whether the operation had its effect, whatever the client was told. */
  readonly effect: boolean;
}

export type OpenCall = { -readonly [Field in keyof LoggedCall]: LoggedCall[Field] };

export interface CallLog {
  /** The call's entry, to be completed by its handler. */
  start(action: string, requestId: string): OpenCall;
  calls(): readonly LoggedCall[];
  /** How many calls of an action there have been. */
  count(action: string): number;
}

export function newCallLog(): CallLog {
  const calls: OpenCall[] = [];
  return {
    start(action, requestId) {
      const call = { action, requestId, region: '', accessKeyId: '', outcome: 'pending', effect: false };
      calls.push(call);
      return call;
    },
    calls: () => calls.map((call) => ({ ...call })),
    count: (action) => calls.filter((call) => call.action === action).length,
  };
}
