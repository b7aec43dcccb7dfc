import type { CallLog, LoggedCall } from '../fake-cloud/call-log.ts';
import type { FaultCall } from '../fake-cloud/faults.ts';

/**
 * A call, whose action is its `operationName` in the audit log: `KeyImport`, or `Authentication` where a vault refused the
 * token. Login and identity endpoint, which have another log, are `Token` and `ManagedIdentityToken`.
 */
export interface LoggedVaultCall extends LoggedCall {
  /** `x-ms-request-id` of the response. */
  readonly requestId: string;
  /** Name of the vault; empty for the login and identity endpoints. */
  readonly vault: string;
  /** Empty if it is not known. */
  readonly clientId: string;
  /** `<name>` or `<name>/<version>`; empty for a call that is about no key. */
  readonly key: string;
}

/** The call that a fault is chosen for. */
export type VaultFaultCall = FaultCall & Pick<LoggedVaultCall, 'vault' | 'clientId' | 'key'>;

export type VaultCallLog = CallLog<LoggedVaultCall>;
