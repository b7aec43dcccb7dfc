import type { ProviderErrorReason } from '../errors.ts';
import { printable } from './printable.ts';

/** A request without an answer. */
export interface NetworkFailure {
  readonly reason: ProviderErrorReason;
  /** What happened, for the user. */
  readonly text: string;
  readonly code: string;
  /** True when the request cannot have reached the server. */
  readonly neverSent: boolean;
}

/** Node's system and TLS errors ("Common system errors", "X509 certificate error codes"), and the SDK's time-outs. */
interface NodeError extends Error {
  readonly code?: unknown;
  readonly syscall?: unknown;
}

/** Nothing is sent before the handshake is done, and waiting changes no certificate. */
const UNTRUSTED =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/;
/** Of OpenSSL, when the other side does not speak TLS. */
const NOT_TLS = /wrong version number|packet length too long/;
/** Node refuses to send it: of what headers and URLs may hold. */
const REFUSED_BY_NODE =
  /^ERR_(INVALID_(CHAR|URL|PROTOCOL|HTTP_TOKEN|IP_ADDRESS)|UNESCAPED_CHARACTERS|HTTP_INVALID_HEADER_VALUE|SOCKET_BAD_PORT)$/;
const NO_CONNECTION = /did not establish a connection|before secure TLS connection was established/;

/** Reads an error of the SDK that carries no status; undefined when it is none of the network's. */
export function networkFailure(error: Error, endpoint: string): NetworkFailure | undefined {
  const { code: given, message, name } = error as NodeError;
  const code = typeof given === 'string' ? given : name;
  if (UNTRUSTED.test(code)) {
    const text = `the certificate of ${endpoint} is not trusted: ${printable(message)}`;
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
  // The SDK calls every broken connection a TimeoutError; Node's code says what it was.
  if (code === 'ETIMEDOUT' || code === 'TimeoutError') {
    return { reason: 'timeout', text: `no answer from ${endpoint} in time`, code, neverSent: false };
  }
  if (typeof given === 'string') {
    return { reason: 'unavailable', text: `lost the connection to ${endpoint}`, code, neverSent: false };
  }
  return undefined;
}

// The code alone does not tell: a connection that was used for a while may end with EHOSTUNREACH, too.
function isConnecting(error: unknown): boolean {
  // Several addresses were tried (RFC 8305).
  if (error instanceof AggregateError) return error.errors.every(isConnecting);
  if (!(error instanceof Error)) return false;
  const { syscall, message } = error as NodeError;
  return syscall === 'connect' || syscall === 'getaddrinfo' || NO_CONNECTION.test(message);
}
