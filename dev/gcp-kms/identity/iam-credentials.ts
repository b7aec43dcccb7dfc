import { error, errorInfo, invalidArgument } from '../errors.ts';
import { parseBody, readInput } from '../input.ts';
import { timestamp } from '../views.ts';
import type { IdentityAnswer, IdentityCall, IdentityContext } from './identity-call.ts';
import { CLOUD_PLATFORM } from './tokens.ts';

const IAM = 'https://www.googleapis.com/auth/iam';
const MAX_SECONDS = 3600;

/**
 * IAM Service Account Credentials, generateAccessToken: an access token of a service account for who may impersonate it.
 *
 * @throws {GoogleError}
 */
export function generateAccessToken(context: IdentityContext, call: IdentityCall): IdentityAnswer {
  const [, email = ''] = /serviceAccounts\/([^/:]+):/.exec(call.path) ?? [];
  const { principal, scopes } = context.tokens.holder(call.headers.authorization);
  call.callerIs(principal.id);
  const { scope, lifetime } = readInput(parseBody(call.body), (fields) => ({
    scope: fields.list('scope').map(String),
    lifetime: fields.duration('lifetime'),
    delegates: fields.list('delegates'),
  }));
  if (scope.length === 0) throw invalidArgument('The scope must not be empty.');
  const seconds = lifetime === undefined ? MAX_SECONDS : lifetime / 1000;
  if (seconds > MAX_SECONDS) throw invalidArgument('The token lifetime must be at most 3600s.');
  if (!scopes.includes(CLOUD_PLATFORM) && !scopes.includes(IAM)) {
    throw error('PERMISSION_DENIED', 'Request had insufficient authentication scopes.', [
      errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'googleapis.com', { service: 'iamcredentials.googleapis.com' }),
    ]);
  }
  const account = context.accounts.find((each) => each.email === email);
  if (account === undefined || principal.mayImpersonate?.includes(email) !== true) {
    const permission = 'iam.serviceAccounts.getAccessToken';
    throw error('PERMISSION_DENIED', `Permission '${permission}' denied on resource (or it may not exist).`, [
      errorInfo('IAM_PERMISSION_DENIED', 'iam.googleapis.com', { permission }),
    ]);
  }
  const { token, expiresAt } = context.tokens.issue({ ...account, id: email }, scope, seconds);
  return { json: { accessToken: token, expireTime: timestamp(expiresAt).replace(/\.\d+Z$/, 'Z') } };
}
