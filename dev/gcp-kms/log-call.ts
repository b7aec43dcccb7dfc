import type { CallLog, LoggedCall, OpenCall } from '../fake-cloud/call-log.ts';
import { NoAnswer, strike, type FaultCall, type FaultChoice, type FaultError } from '../fake-cloud/faults.ts';

/** One call, to Cloud KMS or to a token service. */
export interface LoggedGcpCall extends LoggedCall {
  /**
   * The RPC, `ImportCryptoKeyVersion` say, as in Cloud Audit Logs; `Token`, `ExchangeToken`, `GenerateAccessToken` and
   * `Metadata` for the token services.
   */
  readonly action: string;
  /** Email of a service account or `principal://…`; empty while it is not known. */
  readonly caller: string;
  /** The resource of the path. */
  readonly resource: string;
}

/** The call that a fault is chosen for. */
export interface GcpFaultCall extends FaultCall {
  readonly resource: string;
}

interface Known {
  readonly action: string;
  readonly resource: string;
  /** Makes the error of a fault. */
  readonly toError: (code: string, message: string, status: number) => Error;
}

/**
 * Logs a call while `run` has its effect, with the fault that is chosen for it.
 *
 * @throws what `run` throws, the fault's error, or {NoAnswer}
 */
export type LogCall = <T>(known: Known, run: (logged: OpenCall<LoggedGcpCall>) => T | Promise<T>) => Promise<T>;

export function newLogCall(log: CallLog<LoggedGcpCall>, choose: FaultChoice<GcpFaultCall>): LogCall {
  return async ({ action, resource, toError }, run) => {
    const logged = log.start({ action, resource, caller: '' });
    const fail = ({ code, message = '', status }: FaultError): Error => toError(code, message, status);
    try {
      const fault = await choose({ action, resource, number: log.calls().length, nth: log.count(action) });
      await strike(fault, 'before', fail);
      const result = await run(logged);
      logged.effect = true;
      await strike(fault, 'after', fail);
      logged.outcome = 'ok';
      return result;
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      logged.outcome = error instanceof NoAnswer ? error.how : typeof code === 'string' ? code : 'INTERNAL';
      throw error;
    }
  };
}
