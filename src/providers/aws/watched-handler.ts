import type { HttpRequest, RequestHandler } from './guarded-handler.ts';

/** The parts of a credential request that are read here. */
interface ServiceRequest extends HttpRequest {
  readonly path: string;
  readonly body?: unknown;
}

/** A request for credentials. */
export interface CredentialRequest {
  /** The service and its host, for error messages. */
  readonly endpoint: string;
  /** Secrets in the request, which the service may quote in its response. */
  readonly secrets: readonly string[];
}

/** Wraps the KMS client's handler for the SDK's credential clients (STS, IAM Identity Center) and reports their requests. */
export function watchedHandler(
  handler: RequestHandler,
  onRequest: (request: CredentialRequest) => void,
): RequestHandler {
  return {
    ...(handler.metadata && { metadata: handler.metadata }),
    handle: (request: ServiceRequest, options) => {
      const { hostname, port, path } = request;
      const host = port === undefined ? hostname : `${hostname}:${port}`;
      // Only STS uses the root path.
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
