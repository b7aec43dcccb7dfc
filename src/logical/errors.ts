import { isReadOnlyError } from './storage.ts';

/**
 * Errors by which a backend answers a request with something else than 400. The server turns each kind into a status
 * of its own (Vault: sdk/plugin/pb `ErrToProtoErr`).
 */
export type BackendErrorKind =
  /** 400 with the text alone: the request is wrong, and the text says which field and what to do. */
  | 'user_error'
  /** 404: no path matches. */
  | 'unsupported_path'
  /** 405: the path is there, the operation is not. */
  | 'unsupported_operation'
  /** 400. */
  | 'invalid_request'
  /** 403. */
  | 'permission_denied'
  /** The status given with it. */
  | 'coded'
  /** 500. */
  | 'internal';

/** An error with a meaning for the server. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly kind: BackendErrorKind;
  /** HTTP status; for kind `coded` only. */
  readonly status: number | undefined;

  constructor(kind: BackendErrorKind, message: string, options?: { status?: number; cause?: unknown }) {
    super(message, { cause: options?.cause });
    this.kind = kind;
    this.status = options?.status;
  }
}

/** A refusal of what the user asked for; answered as {@link errorResponse}, status 400. */
export function userError(message: string, cause?: unknown): BackendError {
  return new BackendError('user_error', message, { cause });
}

/** Vault's sentinel for a path that nothing serves. */
export function unsupportedPath(): BackendError {
  return new BackendError('unsupported_path', 'unsupported path');
}

// One for all: OpenBao asks for an operation that no path has (`resolve-path`) before each request, and a stack costs time.
const UNSUPPORTED_OPERATION = Object.freeze(new BackendError('unsupported_operation', 'unsupported operation'));

/** Vault's sentinel for an operation that a path does not have. */
export function unsupportedOperation(): BackendError {
  return UNSUPPORTED_OPERATION;
}

/** An error with an HTTP status of its own (Vault: `logical.CodedError`). */
export function codedError(status: number, message: string, cause?: unknown): BackendError {
  return new BackendError('coded', message, { status, cause });
}

/** Tells whether an error says what is wrong with the request, and nothing that the server has to act on. */
export function isUserError(error: unknown): error is BackendError {
  return error instanceof BackendError && error.kind === 'user_error' && !causes(error).some(isReadOnlyError);
}

/** The error and its causes, the outermost first. */
export function causes(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && !chain.includes(next); next = next.cause) chain.push(next);
  return chain;
}
