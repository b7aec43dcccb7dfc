import type { HttpRequest, RequestHandler } from './guarded-handler.ts';

/** A request of the SDK's clients that get credentials, as far as it is looked at. */
interface ServiceRequest extends HttpRequest {
  readonly path: string;
  readonly body?: unknown;
}

/** A request that was made to get credentials. */
export interface CredentialRequest {
  /** The service and its host, for error texts. */
  readonly endpoint: string;
  /** What the service was shown, and might quote. */
  readonly secrets: readonly string[];
}

/** The KMS client's handler for the SDK's clients that get credentials (STS, IAM Identity Center): says what they ask. */
export function watchedHandler(
  handler: RequestHandler,
  onRequest: (request: CredentialRequest) => void,
): RequestHandler {
  return {
    ...(handler.metadata && { metadata: handler.metadata }),
    handle: (request: ServiceRequest, options) => {
      const { hostname, port, path } = request;
      const host = port === undefined ? hostname : `${hostname}:${port}`;
      // STS has one path; the portal, the token and the sign-in services have others.
      const service = path === '/' ? 'STS' : 'IAM Identity Center';
      onRequest({ endpoint: `${service} (${host})`, secrets: shown(request) });
      return handler.handle(request, options);
    },
  };
}

function shown({ headers, body }: ServiceRequest): readonly string[] {
  const keyId = /Credential=([^/,]+)/.exec(headers['authorization'] ?? '')?.[1];
  const token = typeof body === 'string' ? new URLSearchParams(body).get('WebIdentityToken') : undefined;
  return [keyId, headers['x-amz-security-token'], headers['x-amz-sso_bearer_token'], token].filter(
    (text) => typeof text === 'string',
  );
}
