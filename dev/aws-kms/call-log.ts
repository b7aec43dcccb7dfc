/** One authenticated or rejected call, in order of arrival. */
export interface LoggedCall {
  readonly action: string;
  /** Request ID of the response, as in CloudTrail. */
  readonly requestId: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** KeyId or TargetKeyId of the request; for CreateKey the id of the new key. */
  readonly keyId?: string;
  /** Result for the client: `ok`, an error code, `dropped`, `hung`; `pending` until then. */
  readonly outcome: string;
  /** Whether the operation took effect, regardless of the result. */
  readonly effect: boolean;
}

export type OpenCall = { -readonly [Field in keyof LoggedCall]: LoggedCall[Field] };

export interface CallLog {
  /** Adds an entry, which the handler completes. */
  start(action: string, requestId: string): OpenCall;
  calls(): readonly LoggedCall[];
  /** Number of calls of an action. */
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
