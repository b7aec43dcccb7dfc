import { randomUUID } from 'node:crypto';

/**
 * An error response of Entra ID's token endpoint (Microsoft: Microsoft Entra authentication and authorization error codes):
 * an OAuth 2.0 error whose description begins with `AADSTS` and its number.
 */
export class EntraError extends Error {
  readonly error: string;
  readonly number: number;
  readonly status: number;

  constructor(error: string, number: number, message: string, status = 400) {
    super(message);
    this.name = `AADSTS${number}`;
    this.error = error;
    this.number = number;
    this.status = status;
  }
}

/** @param now milliseconds @param authority of the login endpoint, without a trailing slash */
export function renderEntraError(
  { error, number, message }: EntraError,
  now: number,
  authority: string,
): Readonly<Record<string, unknown>> {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const [trace_id, correlation_id] = [randomUUID(), randomUUID()];
  return {
    error,
    error_description: `AADSTS${number}: ${message} Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`,
    error_codes: [number],
    timestamp,
    trace_id,
    correlation_id,
    error_uri: `${authority}/error?code=${number}`,
  };
}
