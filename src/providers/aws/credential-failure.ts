import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { CA_VARIABLE } from './endpoint.ts';
import { REASON_BY_CODE } from './error-reasons.ts';
import { networkFailure } from '../http/network-failure.ts';
import { printable } from '../http/printable.ts';

interface SourceError extends Error {
  readonly code?: unknown;
  readonly path?: unknown;
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
}

/** The message of a shell that cannot run a command. */
const NO_COMMAND = /(not found|No such file or directory|Permission denied)\s*$/;

/**
 * Describes why a source returned no credentials, naming the service that refused or did not respond. No request to KMS
 * has been sent at this point, so the error is never ambiguous.
 *
 * @param endpoint - of the last request for credentials, if any
 */
export function credentialFailure(source: string, error: unknown, endpoint: string | undefined): ProviderError {
  const { reason, text } = causeOf(error, endpoint);
  return new ProviderError(reason, `no credentials from ${source}: ${text}`, { call: 'credentials' });
}

function causeOf(error: unknown, endpoint: string | undefined): { reason: ProviderErrorReason; text: string } {
  const local = (text: string): { reason: ProviderErrorReason; text: string } => ({ reason: 'unauthenticated', text });
  if (error instanceof ProviderError) return { reason: error.reason, text: error.message };
  if (!(error instanceof Error)) return local('unknown failure');
  const { name, message, code, path, $metadata: { httpStatusCode: status, requestId } = {} } = error as SourceError;
  if (status !== undefined) {
    const service = endpoint ?? 'it';
    const details = printable(requestId === undefined ? name : `${name}, request id ${requestId}`);
    if (status < 300) return { reason: 'unavailable', text: `the answer of ${service} cannot be read (${details})` };
    const isThrottled = status === 429 || REASON_BY_CODE[name] === 'throttled';
    const reason = isThrottled ? 'throttled' : status < 500 ? 'unauthenticated' : 'unavailable';
    return { reason, text: `${service} refused: ${printable(message)} (${details})` };
  }
  if (typeof path === 'string' && typeof code === 'string') return local(`cannot read ${path} (${code})`);
  if (message.startsWith('Command failed:')) {
    const cause = NO_COMMAND.exec(message)?.[1] ?? 'run it as the user of the server to see why';
    return local(`its credential_process failed: ${cause}`);
  }
  const network = endpoint === undefined ? undefined : networkFailure(error, endpoint, CA_VARIABLE);
  if (network) return { reason: network.reason, text: `${network.text} (${network.code})` };
  // The JSON parser's message quotes its input, which holds credentials.
  return local(name === 'SyntaxError' ? 'what it answers cannot be read' : printable(message));
}
