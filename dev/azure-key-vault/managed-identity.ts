import type { TokenIssuer } from './access-token.ts';
import { callerOf } from './login.ts';

/** A managed identity that the fake's machine has. */
export interface ManagedIdentity {
  readonly clientId: string;
  /** Resource id of a user-assigned one; without it, it is the system-assigned one. */
  readonly resourceId?: string;
}

export interface IdentityEndpoint {
  readonly identities: readonly ManagedIdentity[];
  readonly tenantId: string;
  readonly resources: readonly string[];
  /** Seconds. */
  readonly lifetime: number;
  readonly tokens: TokenIssuer;
  /** The secret of App Service's endpoint. */
  readonly header: string;
}

interface Request {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, unknown>>;
}

interface Response {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A token of a managed identity: from the metadata service of a virtual machine (Microsoft: how to use managed identities
 * on an Azure VM to acquire an access token), or from App Service (Microsoft: managed identities for App Service).
 *
 * @param now milliseconds
 */
export function identityToken(endpoint: IdentityEndpoint, request: Request, now: number): Response {
  const { query, headers, path } = request;
  const version = query.get('api-version');
  if (path === '/metadata/identity/oauth2/token') {
    if (headers['x-forwarded-for'] !== undefined) return refused('bad_request', 'Request must not be forwarded');
    if (headers['metadata'] !== 'true') return refused('invalid_request', 'Required metadata header not specified');
    if (version !== '2018-02-01') return refused('invalid_request', "Required query variable 'api-version' is invalid");
  } else if (path === '/msi/token') {
    if (headers['x-identity-header'] !== endpoint.header)
      return { status: 401, body: { statusCode: 401, message: 'Unauthorized' } };
    if (version !== '2019-08-01') return refused('invalid_request', 'The api-version is not supported');
  } else {
    return { status: 404, body: { error: 'not_found' } };
  }
  const resource = query.get('resource')?.replace(/\/$/, '');
  if (resource === undefined || resource === '') {
    return refused('invalid_request', "Required query variable 'resource' is missing");
  }
  if (!endpoint.resources.includes(resource)) {
    return refused(
      'invalid_resource',
      `AADSTS500011: The resource principal named ${resource} was not found in the tenant.`,
    );
  }
  const identity = chosen(endpoint.identities, query);
  if (identity === undefined) return refused('invalid_request', 'Identity not found');
  const { lifetime, tokens, tenantId } = endpoint;
  const at = Math.floor(now / 1000);
  const token = tokens.issue(callerOf(identity.clientId, tenantId), resource, now, lifetime);
  // All numbers are strings here.
  return {
    status: 200,
    body: {
      access_token: token,
      client_id: identity.clientId,
      expires_in: String(lifetime),
      expires_on: String(at + lifetime),
      ext_expires_in: String(lifetime),
      not_before: String(at),
      resource,
      token_type: 'Bearer',
    },
  };
}

/** By `client_id` or resource id; the system-assigned one, or the only one, without. */
function chosen(identities: readonly ManagedIdentity[], query: URLSearchParams): ManagedIdentity | undefined {
  const clientId = query.get('client_id');
  const resourceId = query.get('msi_res_id') ?? query.get('mi_res_id');
  if (clientId !== null) return identities.find((one) => one.clientId === clientId);
  if (resourceId !== null) return identities.find((one) => one.resourceId === resourceId);
  return (
    identities.find((one) => one.resourceId === undefined) ?? (identities.length === 1 ? identities[0] : undefined)
  );
}

function refused(error: string, error_description: string): Response {
  return { status: 400, body: { error, error_description } };
}
