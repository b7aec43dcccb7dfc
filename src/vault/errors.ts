import { BackendError, causes, isReadOnlyError } from '../logical/index.ts';
import { assertNever } from '../support/assert-never.ts';
import type { ProtoError } from './generated/pb/ProtoError.ts';

/**
 * `ProtoError.err_type` (Vault: sdk/plugin/pb). A server that does not know a number takes the answer for a success,
 * so that there will never be an eleventh.
 */
const ERR_TYPE = {
  unknown: 0,
  userError: 1,
  internalError: 2,
  codedError: 3,
  unsupportedOperation: 5,
  unsupportedPath: 6,
  invalidRequest: 7,
  permissionDenied: 8,
} as const;

/** By this text a server knows a plugin whose process has died, and starts it again. */
const RESTART_TEXT = 'connection is shut down';

/** Texts that a server puts in the place of ours where the error is one of its sentinels. */
const SENTINEL = { invalidRequest: 'invalid request', permissionDenied: 'permission denied' } as const;

/**
 * Puts whatever a backend threw on the wire, without its stack. A refusal to write on this node keeps its text and
 * kind, wherever in the chain of causes it is: by it the server forwards the request to the active node.
 */
export function toProtoError(error: unknown): ProtoError {
  const readOnly = causes(error).find(isReadOnlyError);
  if (readOnly) return proto(ERR_TYPE.unknown, readOnly.message);
  if (error instanceof BackendError) return fromBackendError(error);
  if (error instanceof Error && !isMistake(error)) return proto(ERR_TYPE.unknown, error.message);
  return proto(ERR_TYPE.internalError, 'internal error');
}

/**
 * Tells whether something was thrown by the language and not by our code: a mistake in the program. Its text may quote
 * what it stumbled over, and does not go to the user.
 */
export function isMistake(error: unknown): boolean {
  return !(error instanceof Error) || LANGUAGE_ERRORS.some((kind) => error instanceof kind);
}

const LANGUAGE_ERRORS = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

function fromBackendError(error: BackendError): ProtoError {
  const { kind, message } = error;
  switch (kind) {
    case 'user_error':
      return proto(ERR_TYPE.userError, message);
    case 'unsupported_path':
      return proto(ERR_TYPE.unsupportedPath, message);
    case 'unsupported_operation':
      return proto(ERR_TYPE.unsupportedOperation, message);
    case 'invalid_request':
      return message === SENTINEL.invalidRequest ? proto(ERR_TYPE.invalidRequest, message) : coded(400, message);
    case 'permission_denied':
      return message === SENTINEL.permissionDenied ? proto(ERR_TYPE.permissionDenied, message) : coded(403, message);
    case 'coded':
      return coded(error.status ?? 500, message);
    case 'internal':
      return proto(ERR_TYPE.internalError, message);
    default:
      return assertNever(kind);
  }
}

const coded = (status: number, message: string): ProtoError => ({
  ...proto(ERR_TYPE.codedError, message),
  err_code: status,
});

function proto(errType: number, message: string): ProtoError {
  return { err_type: errType, err_msg: message === RESTART_TEXT ? `the ${message}` : message };
}
