/** Why no connection could be made. */
export type ConnectProblem =
  /** The environment or the proxy's policy has to be corrected: a retry does not help. */
  | 'misconfigured'
  /** The proxy cannot be reached, or cannot reach the destination. */
  | 'unreachable'
  /** The proxy did not answer in time. */
  | 'timeout';

/** A connection that was not made, so that nothing was sent. The message has the remedy and no credentials. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly problem: ConnectProblem;
  /** A Node.js error code, or `HTTP 407`. */
  readonly code: string;

  constructor(problem: ConnectProblem, code: string, message: string) {
    super(message);
    this.problem = problem;
    this.code = code;
  }
}
