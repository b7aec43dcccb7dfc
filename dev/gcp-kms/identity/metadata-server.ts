import type { IdentityAnswer, IdentityCall, IdentityContext } from './identity-call.ts';
import { CLOUD_PLATFORM } from './tokens.ts';

/** A plain answer of the metadata server. */
export class MetadataError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.code = String(status);
    this.status = status;
  }
}

/**
 * The metadata server of Compute Engine: project, and email and token of the attached service account.
 *
 * @throws {MetadataError} without the header that a request from outside cannot have, and for what there is not
 */
export function readMetadata(
  context: IdentityContext,
  { path, query, headers, callerIs }: IdentityCall,
): IdentityAnswer {
  if (path === '/') return { text: 'computeMetadata/\n' };
  if (headers['metadata-flavor'] !== 'Google') {
    throw new MetadataError(
      403,
      'Your client does not have permission to get URL: Missing Metadata-Flavor:Google header.',
    );
  }
  if (headers['x-forwarded-for'] !== undefined) {
    throw new MetadataError(403, 'Your client does not have permission to get URL: X-Forwarded-For is not allowed.');
  }
  const account = context.accounts.find(({ email }) => email === context.attached);
  const [, entry = '', who, what] =
    /^\/computeMetadata\/v1\/(?:(project\/[a-z-]+|universe\/[a-z-]+)|instance\/service-accounts\/([^/]+)\/([a-z]+))$/.exec(
      path,
    ) ?? [];
  if (entry === 'project/project-id' && account) return { text: account.projectId };
  if (entry === 'project/numeric-project-id') return { text: '123456789012' };
  if (entry === 'universe/universe-domain') return { text: 'googleapis.com' };
  if (account && (who === 'default' || who === account.email)) {
    callerIs(account.email);
    if (what === 'email') return { text: account.email };
    if (what === 'scopes') return { text: `${CLOUD_PLATFORM}\n` };
    if (what === 'token') {
      const scopes = query.get('scopes')?.split(',') ?? [CLOUD_PLATFORM];
      const { token, expiresIn } = context.tokens.issue({ ...account, id: account.email }, scopes);
      return { json: { access_token: token, expires_in: expiresIn, token_type: 'Bearer' } };
    }
  }
  throw new MetadataError(404, 'The requested URL was not found on this server.');
}
