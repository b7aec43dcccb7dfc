import type { IncomingHttpHeaders } from 'node:http';
import type { Throttle } from '../fake-cloud/quotas.ts';
import type { Context } from './context.ts';
import { asName, asNumber } from './enums.ts';
import { error, errorInfo, GoogleError, invalidArgument, permissionDenied } from './errors.ts';
import type { Principal } from './identity/principals.ts';
import { CLOUD_PLATFORM, type Tokens } from './identity/tokens.ts';
import { parseBody } from './input.ts';
import type { LogCall } from './log-call.ts';
import { findRoute, type Route } from './routes.ts';

export interface CallHandler extends Omit<Context, 'now' | 'authorize' | 'permitted' | 'show'> {
  readonly tokens: Tokens;
  readonly clockNow: () => number;
  readonly throttle: Throttle;
  readonly logCall: LogCall;
}

interface Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const KMS_SCOPE = 'https://www.googleapis.com/auth/cloudkms';

/**
 * Handles one request to Cloud KMS, from its token to its answer.
 *
 * @throws {GoogleError} to return to the client @throws {NoAnswer} to send no response
 */
export async function handleCall(handler: CallHandler, request: Request): Promise<unknown> {
  const path = decodeURIComponent(request.url.pathname);
  const found = findRoute(request.method, path);
  if (found === undefined) throw new GoogleError('NOT_FOUND', 'The requested URL was not found on this server.', 404);
  const { route, name } = found;
  const toError = (code: string, message: string, status: number): Error => new GoogleError(code, message, status);
  return handler.logCall({ action: route.action, resource: name, toError }, (logged) => {
    const { principal, scopes } = handler.tokens.holder(request.headers.authorization);
    logged.caller = principal.id;
    if (!scopes.includes(CLOUD_PLATFORM) && !scopes.includes(KMS_SCOPE)) {
      throw error('PERMISSION_DENIED', 'Request had insufficient authentication scopes.', [
        errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'googleapis.com', { service: 'cloudkms.googleapis.com' }),
      ]);
    }
    assertWithinQuota(handler, route, name);
    const { query, show } = readQuery(request.url.searchParams, route.query ?? []);
    const may = (permission: string, resource: string): boolean => isAllowed(principal, permission, resource);
    const context: Context = {
      ...handler,
      now: handler.clockNow(),
      show,
      authorize(permission, resource) {
        if (!may(permission, resource)) throw permissionDenied(permission, resource);
      },
      permitted: (permissions, resource) => permissions.filter((permission) => may(permission, resource)),
    };
    return route.operation(context, { name, query, body: parseBody(request.body) });
  });
}

function assertWithinQuota({ throttle, clockNow }: CallHandler, { quota }: Route, name: string): void {
  const project = name.split('/')[1] ?? '';
  if (throttle(project, quota, clockNow())) return;
  const metric = `cloudkms.googleapis.com/${quota}_requests`;
  throw error(
    'RESOURCE_EXHAUSTED',
    `Quota exceeded for quota metric '${metric}' and limit '${metric} per minute' of service 'cloudkms.googleapis.com' for consumer 'project_number:123456789012'.`,
    [errorInfo('RATE_LIMIT_EXCEEDED', 'googleapis.com', { service: 'cloudkms.googleapis.com', quota_metric: metric })],
  );
}

function isAllowed({ allow, keyRings }: Principal, permission: string, resource: string): boolean {
  if (allow !== undefined && !allow.includes(permission)) return false;
  return keyRings === undefined || keyRings.some((ring) => `${resource}/`.startsWith(`${ring}/`));
}

/** Parameters that every Google API takes (system parameters). */
const SYSTEM = ['$alt', 'alt', 'prettyPrint', '$prettyPrint', 'fields', '$fields', 'quotaUser'];

/** @throws {GoogleError} INVALID_ARGUMENT for a parameter that the method does not have */
function readQuery(
  given: URLSearchParams,
  known: readonly string[],
): { readonly query: URLSearchParams; readonly show: Context['show'] } {
  const query = new URLSearchParams();
  for (const [name, value] of given) {
    const camel = name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
    if (!known.includes(camel) && !SYSTEM.includes(name)) {
      throw invalidArgument(
        `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
      );
    }
    query.set(camel, value);
  }
  const encoding = query.get('$alt') ?? query.get('alt') ?? 'json';
  return { query, show: encoding.includes('enum-encoding=int') ? asNumber : asName };
}
