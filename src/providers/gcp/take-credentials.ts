import { SHOWABLE_NAME, takeEach } from '../http/take-each.ts';
import type { Credentials, TakenCredentials } from '../port.ts';
import { isContent } from './credential-source.ts';

/**
 * Names of the credentials that a configuration may have. `project` and `location` stand in the example of Terraform's
 * provider: the key ring says both, and validateConfig that they are the same.
 */
export const CREDENTIAL_NAMES = [
  'service_account_file',
  'credentials_json',
  'impersonate_service_account',
  'endpoint',
  'project',
  'location',
] as const;
const KNOWN: ReadonlySet<string> = new Set(CREDENTIAL_NAMES);
const LIST = 'service_account_file, credentials_json, impersonate_service_account and endpoint';

const PRINTABLE = /^[\x20-\x7e]*$/;

/**
 * Validates the credentials of a write. An unknown name would otherwise be ignored and the server's credentials used.
 *
 */
export function takeCredentials(sent: Credentials): TakenCredentials {
  return takeEach(sent, problemOf);
}

function problemOf(name: string, value: string): string | undefined {
  if (!KNOWN.has(name)) {
    // A value given without its name is parsed as the name.
    const shown = SHOWABLE_NAME.test(name) ? `"${name}"` : 'a name';
    return `credentials holds ${shown} that gcpckms does not know: give ${LIST} only, as name=value`;
  }
  if (name === 'credentials_json' && value !== '' && !isContent(value)) {
    return 'credentials holds a credentials_json that is not JSON: give the content of the file, or its path as service_account_file';
  }
  if (name === 'impersonate_service_account' && value !== '' && !/^[\w.-]+@[\w.-]+$/.test(value)) {
    return 'credentials holds an impersonate_service_account that is not the email address of a service account: give name@project.iam.gserviceaccount.com';
  }
  // JSON may stand in several lines.
  if (!isContent(value) && !PRINTABLE.test(value)) {
    return `credentials holds a character in ${name} that none has (a line break, a byte order mark or another one that is not printable): write it without`;
  }
  return undefined;
}
