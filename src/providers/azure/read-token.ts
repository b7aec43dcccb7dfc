import { memberOf, textIn } from '../http/members.ts';
import type { RestAnswer } from '../http/rest-calls.ts';
import type { Settings } from './settings.ts';
import { isGuid } from './take-credentials.ts';
import { noCredentials } from './token-failure.ts';

/** Reads the answer of a service that was asked for a token. */
export function readToken(
  settings: Settings,
  service: string,
  { json }: RestAnswer,
): { readonly value: string; readonly lifetimeMs: number } {
  const value = memberOf(json, 'access_token');
  // App Service and IMDS give it as a string.
  const lifetime = Number(memberOf(json, 'expires_in'));
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(value) || !(lifetime > 0)) {
    throw noCredentials(settings, 'unavailable', `the answer of ${service} cannot be read`);
  }
  return { value, lifetimeMs: Math.min(lifetime, 86_400) * 1_000 };
}

/** A managed identity belongs to the tenant of its machine, which need not be the one that was asked for. */
export function requireTenant(settings: Settings, token: string): void {
  const { tenantId, identity } = settings;
  const tid = tenantOf(token);
  if (tid === undefined || !isGuid(tenantId) || tid.toLowerCase() === tenantId.toLowerCase()) return;
  const whose = identity.by === 'managed_identity' ? 'the managed identity' : 'the token';
  throw noCredentials(
    settings,
    'unauthenticated',
    `${whose} is of tenant ${tid}, not of tenant_id ${tenantId}: correct tenant_id`,
  );
}

/** The tenant that a token says it is of. Nothing is trusted because of it: the vault verifies tokens. */
function tenantOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const tid = textIn(claims, 'tid');
    return tid !== undefined && isGuid(tid) ? tid : undefined;
  } catch {
    return undefined;
  }
}
