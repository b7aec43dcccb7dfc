import type { ProviderErrorReason } from '../errors.ts';
import { ConnectError, type ConnectProblem } from '../../support/outbound/connect-error.ts';
import { printable } from './printable.ts';

/** A request without a response. */
export interface NetworkFailure {
  readonly reason: ProviderErrorReason;
  /** Description for the user. */
  readonly text: string;
  readonly code: string;
  /** True if the request cannot have reached the server. */
  readonly neverSent: boolean;
}

/** Node.js system and TLS errors ("Common system errors", "X509 certificate error codes"), and the SDK's timeouts. */
interface NodeError extends Error {
  readonly code?: unknown;
  readonly syscall?: unknown;
}

/** Certificate errors: nothing is sent before the handshake completes, and a retry does not help. */
const UNTRUSTED =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/;
/** OpenSSL error codes of a server that does not use TLS. */
const NOT_TLS = /wrong version number|packet length too long/;
/** Node.js error codes of invalid headers and URLs; nothing is sent. */
const REFUSED_BY_NODE =
  /^ERR_(INVALID_(CHAR|URL|PROTOCOL|HTTP_TOKEN|IP_ADDRESS)|UNESCAPED_CHARACTERS|HTTP_INVALID_HEADER_VALUE|SOCKET_BAD_PORT)$/;
const REASONS: Readonly<Record<ConnectProblem, ProviderErrorReason>> = {
  misconfigured: 'invalid_request',
  unreachable: 'unavailable',
  timeout: 'timeout',
};
/** Codes of certificates whose CA is not known. */
const UNKNOWN_CA = /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;
/** What Node.js adds since version 24: this process reads the system's certificates already. */
const ADVICE = /; if the root CA is installed locally.*$/;
const NO_CONNECTION = /did not establish a connection|before secure TLS connection was established/;

/**
 * Classifies an error without a status; undefined if it is not a network error.
 *
 * @param caVariable - the environment variable that names the certificates of the operator's own CAs
 */
export function networkFailure(error: Error, endpoint: string, caVariable: string): NetworkFailure | undefined {
  const { code: given, message, name } = error as NodeError;
  if (error instanceof ConnectError) {
    return { reason: REASONS[error.problem], text: printable(message), code: error.code, neverSent: true };
  }
  const code = typeof given === 'string' ? given : name;
  if (UNTRUSTED.test(code)) {
    const why = printable(message.replace(ADVICE, ''));
    const text = UNKNOWN_CA.test(code)
      ? `the certificate of ${endpoint} is not trusted: ${why}: where its CA is one of yours, give it in ${caVariable}`
      : `the certificate of ${endpoint} is not trusted: ${why}`;
    return { reason: 'invalid_request', text, code, neverSent: true };
  }
  if (NOT_TLS.test(message)) {
    return { reason: 'invalid_request', text: `${endpoint} does not speak TLS`, code, neverSent: true };
  }
  if (REFUSED_BY_NODE.test(code)) {
    return {
      reason: 'invalid_request',
      text: `a request cannot be made: ${printable(message)}`,
      code,
      neverSent: true,
    };
  }
  if (isConnecting(error)) {
    return { reason: 'unavailable', text: `cannot reach ${endpoint}`, code, neverSent: true };
  }
  if (name === 'AbortError') {
    return { reason: 'timeout', text: 'cancelled', code, neverSent: false };
  }
  // The SDK names every broken connection TimeoutError; the Node.js code is specific.
  if (code === 'ETIMEDOUT' || code === 'TimeoutError') {
    return { reason: 'timeout', text: `no answer from ${endpoint} in time`, code, neverSent: false };
  }
  if (typeof given === 'string') {
    return { reason: 'unavailable', text: `lost the connection to ${endpoint}`, code, neverSent: false };
  }
  return undefined;
}

// The code alone is not enough: an established connection may fail with EHOSTUNREACH, too.
function isConnecting(error: unknown): boolean {
  // Thrown when several addresses were tried (RFC 8305).
  if (error instanceof AggregateError) return error.errors.every(isConnecting);
  if (!(error instanceof Error)) return false;
  const { syscall, message } = error as NodeError;
  return syscall === 'connect' || syscall === 'getaddrinfo' || NO_CONNECTION.test(message);
}
