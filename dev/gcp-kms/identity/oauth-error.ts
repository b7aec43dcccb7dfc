/** An error of an OAuth endpoint (RFC 6749 §5.2): `{error, error_description}`. */
export class OAuthError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, description: string, status = 400) {
    super(description);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

export function renderOAuthError({ code, message }: OAuthError): unknown {
  return { error: code, error_description: message };
}

export const invalidGrant = (description: string): OAuthError => new OAuthError('invalid_grant', description);
