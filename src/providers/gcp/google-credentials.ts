import { createPrivateKey } from 'node:crypto';
import { secret, type Secret } from '../../support/secret.ts';
import { memberOf, textIn } from '../http/members.ts';
import { TOKEN_URI } from './hosts.ts';

/** Credentials as Google's files hold them (AIP-4112 to AIP-4117). */
export type GoogleCredentials = (
  | {
      readonly type: 'service_account';
      readonly email: string;
      readonly key: Secret<string>;
      readonly keyId: string;
      readonly tokenUri: string;
    }
  | {
      readonly type: 'authorized_user';
      readonly clientId: string;
      readonly clientSecret: Secret<string>;
      readonly refreshToken: Secret<string>;
      readonly tokenUri: string;
    }
  | {
      readonly type: 'impersonated_service_account';
      readonly source: GoogleCredentials;
      readonly url: string;
      readonly delegates: readonly string[];
    }
  | {
      readonly type: 'external_account';
      readonly audience: string;
      readonly subjectTokenType: string;
      readonly tokenUrl: string;
      readonly source: SubjectTokenSource;
      readonly impersonationUrl: string | undefined;
    }
) & { readonly quotaProject?: string | undefined };

/** Where the token of another identity provider is read. `field`: it stands in that member of a JSON text. */
export type SubjectTokenSource = { readonly field: string | undefined } & (
  { readonly file: string } | { readonly url: string; readonly headers: Readonly<Record<string, string>> }
);

/** What is wrong with credentials, to follow what they are: never a value of theirs. */
export interface Problem {
  readonly problem: string;
}

/** Longer than any file of credentials is. */
export const LONGEST_CREDENTIALS = 64 * 1024;
/** Other universes are clouds of their own, with hosts of their own. */
const UNIVERSE = 'googleapis.com';

/** Reads the text of a file of credentials. @returns what is wrong with it, without any of its values */
export function parseCredentials(text: string): GoogleCredentials | Problem {
  if (text.length > LONGEST_CREDENTIALS) return { problem: 'is longer than credentials of Google are' };
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return { problem: 'is not JSON: give what Google Cloud has made, unchanged' };
  }
  return credentialsOf(json);
}

function credentialsOf(json: unknown): GoogleCredentials | Problem {
  const universe = memberOf(json, 'universe_domain') ?? '';
  if (universe !== '' && universe !== UNIVERSE) {
    return {
      problem: `has a universe_domain other than ${UNIVERSE}, whose Cloud KMS the engine does not call: use credentials of ${UNIVERSE}`,
    };
  }
  const quota = textIn(json, 'quota_project_id');
  const found = ofType(json);
  return 'problem' in found || quota === undefined || !/^[a-z0-9:.-]+$/.test(quota)
    ? found
    : { ...found, quotaProject: quota };
}

function ofType(json: unknown): GoogleCredentials | Problem {
  const type = textIn(json, 'type');
  switch (type) {
    case 'service_account':
      return serviceAccount(json);
    case 'authorized_user':
      return authorizedUser(json);
    case 'impersonated_service_account':
      return impersonated(json);
    case 'external_account':
      return externalAccount(json);
    default:
      return {
        problem:
          'has no type that the engine knows: service_account, authorized_user, impersonated_service_account or ' +
          'external_account',
      };
  }
}

function serviceAccount(json: unknown): GoogleCredentials | Problem {
  const email = textIn(json, 'client_email');
  const key = textIn(json, 'private_key', 16_384);
  if (!email || !key) return missing('client_email and private_key');
  if (!isRsaKey(key)) return { problem: 'has a private_key that is not an RSA key in PEM: create a new key' };
  const keyId = textIn(json, 'private_key_id') ?? '';
  const tokenUri = textIn(json, 'token_uri') || TOKEN_URI;
  return { type: 'service_account', email, key: secret(key), keyId, tokenUri };
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function authorizedUser(json: unknown): GoogleCredentials | Problem {
  const clientId = textIn(json, 'client_id');
  const clientSecret = textIn(json, 'client_secret');
  const refreshToken = textIn(json, 'refresh_token', 4_096);
  if (!clientId || !clientSecret || !refreshToken) return missing('client_id, client_secret and refresh_token');
  const tokenUri = textIn(json, 'token_uri') || TOKEN_URI;
  return {
    type: 'authorized_user',
    clientId,
    clientSecret: secret(clientSecret),
    refreshToken: secret(refreshToken),
    tokenUri,
  };
}

function impersonated(json: unknown): GoogleCredentials | Problem {
  const url = textIn(json, 'service_account_impersonation_url');
  const inner = memberOf(json, 'source_credentials');
  if (!url || inner === undefined) return missing('service_account_impersonation_url and source_credentials');
  // Chains are made of delegates.
  if (textIn(inner, 'type') === 'impersonated_service_account') {
    return { problem: 'impersonates by impersonated credentials: name the accounts between in delegates' };
  }
  const source = credentialsOf(inner);
  if ('problem' in source)
    return { problem: `has source_credentials that cannot be used: its content ${source.problem}` };
  const delegates = memberOf(json, 'delegates');
  const names = Array.isArray(delegates) ? delegates.filter((each): each is string => typeof each === 'string') : [];
  return { type: 'impersonated_service_account', source, url, delegates: names };
}

function externalAccount(json: unknown): GoogleCredentials | Problem {
  const [audience, subjectTokenType, tokenUrl] = ['audience', 'subject_token_type', 'token_url'].map((name) =>
    textIn(json, name),
  );
  const given = memberOf(json, 'credential_source');
  if (!audience || !subjectTokenType || !tokenUrl || given === undefined) {
    return missing('audience, subject_token_type, token_url and credential_source');
  }
  const source = subjectTokenSource(given);
  if ('problem' in source) return source;
  const impersonationUrl = textIn(json, 'service_account_impersonation_url');
  return { type: 'external_account', audience, subjectTokenType, tokenUrl, source, impersonationUrl };
}

function subjectTokenSource(given: unknown): SubjectTokenSource | Problem {
  if (memberOf(given, 'executable') !== undefined) {
    return {
      problem:
        'has a credential_source of type executable, which the engine does not run, as the environment of a server is ' +
        'not to decide which programs run beside its keys: use one of type file or url',
    };
  }
  const format = memberOf(given, 'format');
  const field = textIn(format, 'type') === 'json' ? textIn(format, 'subject_token_field_name') : undefined;
  const file = textIn(given, 'file', 4_096);
  const url = textIn(given, 'url', 4_096);
  if (file) return { file, field };
  if (!url || textIn(given, 'environment_id')) {
    return { problem: 'has a credential_source of a type that the engine does not know: use one of type file or url' };
  }
  const headers = Object.entries(memberOf(given, 'headers') ?? {}).filter(
    (each): each is [string, string] => typeof each[1] === 'string',
  );
  return { url, headers: Object.fromEntries(headers), field };
}

function missing(names: string): Problem {
  return { problem: `lacks one of ${names}: give what Google Cloud has made, unchanged` };
}

/** The secrets in credentials, to keep them out of texts. */
export function secretsOf(credentials: GoogleCredentials): readonly string[] {
  switch (credentials.type) {
    case 'service_account':
      // Without the lines around it, which are in every key.
      return [credentials.key.reveal().replace(/-----[A-Z ]+-----/g, '')];
    case 'authorized_user':
      return [credentials.clientSecret.reveal(), credentials.refreshToken.reveal()];
    case 'impersonated_service_account':
      return secretsOf(credentials.source);
    case 'external_account':
      return 'headers' in credentials.source ? Object.values(credentials.source.headers) : [];
  }
}
