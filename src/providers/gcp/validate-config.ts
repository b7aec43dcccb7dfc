import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { quoted } from '../../support/quoted.ts';
import type { ProviderConfig } from '../port.ts';
import { ownContent } from './credential-source.ts';
import { checkEndpoint, checkTokenService } from './endpoint.ts';
import { parseCredentials, type GoogleCredentials } from './google-credentials.ts';
import { isKeyRing } from './names.ts';

const EXTERNAL =
  'the credentials are of type external_account, whose token is read on the server: have its operator give them, in the ' +
  'environment variable GOOGLE_CREDENTIALS or GOOGLE_APPLICATION_CREDENTIALS, or as a file that service_account_file names';

/** Returns what is wrong with an account's configuration (field and remedy), or undefined. */
export function validateConfig(config: ProviderConfig, env: Environment): string | undefined {
  return (
    checkKeyRing(config.keyCollection) ??
    checkPlace(config) ??
    checkCredentials(config, env) ??
    checkEndpoint(config, env)
  );
}

function checkPlace({ keyCollection, credentials }: ProviderConfig): string | undefined {
  const [, project, , location] = keyCollection.split('/');
  for (const [name, value] of Object.entries({ project, location })) {
    const given = credentials[name]?.reveal();
    if (given && given !== value) {
      return `credentials holds a ${name} other than that of key_collection: leave it out, as the key ring says it`;
    }
  }
  return undefined;
}

function checkKeyRing(ring: string): string | undefined {
  if (isKeyRing(ring)) return undefined;
  return `key_collection ${quoted(ring)} is not the name of a key ring: use projects/<project>/locations/<location>/keyRings/<ring>`;
}

function checkCredentials(config: ProviderConfig, env: Environment): string | undefined {
  const { credentials } = config;
  if (credentials['credentials_json']?.reveal() && credentials['service_account_file']?.reveal()) {
    return 'credentials holds both credentials_json and service_account_file: give one of them';
  }
  const own = ownContent(config);
  if (own === undefined) return undefined;
  const found = parseCredentials(own.text);
  if ('problem' in found) return `credentials holds ${own.name}, but its content ${found.problem}`;
  return checkServices(found, true, env);
}

/** Returns why nothing must be sent to one of the services that credentials name, or undefined. */
export function checkServices(credentials: GoogleCredentials, isOwn: boolean, env: Environment): string | undefined {
  switch (credentials.type) {
    case 'service_account':
    case 'authorized_user':
      return checkTokenService('token_uri', credentials.tokenUri, isOwn, env);
    case 'impersonated_service_account':
      return (
        checkTokenService('service_account_impersonation_url', credentials.url, isOwn, env) ??
        checkServices(credentials.source, isOwn, env)
      );
    case 'external_account':
      // A configuration that anybody may write does not decide which files and addresses of the server are read.
      if (isOwn) return EXTERNAL;
      return (
        checkTokenService('token_url', credentials.tokenUrl, isOwn, env) ??
        (credentials.impersonationUrl === undefined
          ? undefined
          : checkTokenService('service_account_impersonation_url', credentials.impersonationUrl, isOwn, env))
      );
  }
}
