/** The codes of google.rpc.Code that the fake returns, and the HTTP status of each. */
export const STATUS = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNIMPLEMENTED: 501,
} as const;

/** An error of a Google API: `{"error": {code, message, status, details}}`. */
export class GoogleError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: readonly Readonly<Record<string, unknown>>[];

  constructor(code: string, message: string, status: number, details: GoogleError['details'] = []) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

export function renderError({ code, message, status, details }: GoogleError): unknown {
  return { error: { code: status, message, status: code, ...(details.length > 0 && { details }) } };
}

export const invalidArgument = (message: string): GoogleError => error('INVALID_ARGUMENT', message);

/** @param type of the violation of a google.rpc.PreconditionFailure, `KEY_DISABLED` say */
export const failedPrecondition = (message: string, type?: string, subject?: string): GoogleError =>
  error(
    'FAILED_PRECONDITION',
    message,
    type === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.PreconditionFailure', violations: [{ type, subject }] }],
  );

export const notFound = (name: string, kind: string): GoogleError => error('NOT_FOUND', `${kind} ${name} not found.`);

export const alreadyExists = (name: string, kind: string): GoogleError =>
  error('ALREADY_EXISTS', `${kind} ${name} already exists.`);

/** The text does not tell an object that is not there from one that the caller may not see. */
export const permissionDenied = (permission: string, resource: string): GoogleError =>
  error('PERMISSION_DENIED', `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`);

/** @param reason of google.api.ErrorReason */
export const unauthenticated = (message: string, reason: string): GoogleError =>
  error('UNAUTHENTICATED', message, [errorInfo(reason, 'googleapis.com')]);

export const errorInfo = (
  reason: string,
  domain: string,
  metadata?: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain,
  ...(metadata && { metadata }),
});

export function error(code: keyof typeof STATUS, message: string, details?: GoogleError['details']): GoogleError {
  return new GoogleError(code, message, STATUS[code], details);
}
