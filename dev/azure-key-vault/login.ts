import type { Caller, TokenIssuer } from './access-token.ts';
import { checkAssertion, invalidClient, type AssertedApplication } from './client-assertion.ts';
import { EntraError } from './entra-error.ts';

/** An application of a tenant, with whatever credentials it has. */
export interface Application extends AssertedApplication {
  /** @default those of `secret` */
  readonly secrets?: readonly string[];
  readonly secret?: string;
  /** @default the tenant of the fake */
  readonly tenantId?: string;
  /** Its sign-in is refused. @default false */
  readonly disabled?: boolean;
}

export interface Directory {
  /** Of the login endpoint, without a trailing slash. */
  readonly authority: string;
  readonly tenantId: string;
  readonly applications: readonly Application[];
  /** Resources for which tokens are issued, without a trailing slash. */
  readonly resources: readonly string[];
  /** Seconds. */
  readonly lifetime: number;
  readonly tokens: TokenIssuer;
}

/** The parameters of a token request, `client_id` among them. */
export type TokenParameters = URLSearchParams;

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * `POST /{tenant}/oauth2/v2.0/token` with the client credentials grant (Microsoft: OAuth 2.0 client credentials flow).
 *
 * @param now milliseconds
 * @throws {EntraError} the error of Entra ID
 */
export function issueToken(
  directory: Directory,
  tenant: string,
  parameters: TokenParameters,
  now: number,
): Readonly<Record<string, unknown>> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenant) && !/^[\w-]+(\.[\w-]+)+$/.test(tenant)) {
    throw new EntraError(
      'invalid_request',
      900023,
      `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`,
    );
  }
  const applications = directory.applications.filter((one) => tenantOf(directory, one) === tenant.toLowerCase());
  if (applications.length === 0 && tenant.toLowerCase() !== directory.tenantId.toLowerCase()) {
    throw new EntraError(
      'invalid_request',
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    );
  }
  const clientId = required(parameters, 'client_id');
  const grant = required(parameters, 'grant_type');
  if (grant !== 'client_credentials') {
    throw new EntraError('unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`);
  }
  const application = applications.find((one) => one.clientId.toLowerCase() === clientId.toLowerCase());
  if (application === undefined) {
    throw new EntraError(
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    );
  }
  const audience = readScope(directory, tenant, required(parameters, 'scope'));
  authenticate(directory, tenant, application, parameters, now);
  if (application.disabled === true) {
    throw new EntraError('unauthorized_client', 7000112, `Application '${clientId}' is disabled.`);
  }
  const { lifetime } = directory;
  const caller = callerOf(application.clientId, tenantOf(directory, application));
  return {
    token_type: 'Bearer',
    expires_in: lifetime,
    ext_expires_in: lifetime,
    access_token: directory.tokens.issue(caller, audience, now, lifetime),
  };
}

/** The object id of a service principal is another than the application's: here it differs in its first digits. */
export function callerOf(clientId: string, tenantId: string): Caller {
  return { clientId, tenantId, objectId: `0b1ec700${clientId.slice(8)}` };
}

const tenantOf = (directory: Directory, { tenantId }: Application): string =>
  (tenantId ?? directory.tenantId).toLowerCase();

function required(parameters: TokenParameters, name: string): string {
  const value = parameters.get(name);
  if (value === null || value === '') {
    throw new EntraError(
      'invalid_request',
      900144,
      `The request body must contain the following parameter: '${name}'.`,
    );
  }
  return value;
}

/** `<resource>/.default` */
function readScope(directory: Directory, tenant: string, scope: string): string {
  if (!scope.endsWith('/.default') || scope.includes(' ')) {
    throw new EntraError(
      'invalid_scope',
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  }
  const resource = scope.slice(0, -'/.default'.length).replace(/\/$/, '');
  if (directory.resources.includes(resource)) return resource;
  throw new EntraError(
    'invalid_resource',
    500011,
    `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  );
}

function authenticate(
  { authority }: Directory,
  tenant: string,
  application: Application,
  parameters: TokenParameters,
  now: number,
): void {
  const assertion = parameters.get('client_assertion');
  const secret = parameters.get('client_secret');
  if (assertion !== null) {
    if (parameters.get('client_assertion_type') !== JWT_BEARER) {
      throw new EntraError(
        'invalid_request',
        900144,
        "The request body must contain the following parameter: 'client_assertion_type'.",
      );
    }
    const audiences = ['/oauth2/v2.0/token', '/v2.0'].map((path) => `${authority}/${tenant}${path}`);
    checkAssertion(application, assertion, audiences, now);
  } else if (secret === null || secret === '') {
    throw invalidClient(
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  } else if (!(application.secrets ?? [application.secret]).includes(secret)) {
    throw invalidClient(
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${application.clientId}'.`,
    );
  }
}
