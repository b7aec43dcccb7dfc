import { SHOWABLE_NAME, takeEach } from '../http/take-each.ts';
import type { Credentials, TakenCredentials } from '../port.ts';

/** Names of the credentials that a configuration may have. */
export const CREDENTIAL_NAMES = ['access_key', 'secret_key', 'session_token', 'endpoint'] as const;
const KNOWN: ReadonlySet<string> = new Set(CREDENTIAL_NAMES);
const LIST = 'access_key, secret_key, session_token and endpoint';

/** AWS IAM API Reference, AccessKey: `AccessKeyId`. */
const ACCESS_KEY_ID = /^\w{16,128}$/;
/** The characters of AWS credentials and URLs. */
const PRINTABLE = /^[\x21-\x7e]*$/;

/**
 * Validates the credentials of a write. An unknown name would otherwise be ignored and the server's credentials used, and an
 * invalid value would fail with each request.
 */
export function takeCredentials(sent: Credentials): TakenCredentials {
  return takeEach(sent, problemOf);
}

function problemOf(name: string, value: string): string | undefined {
  if (!KNOWN.has(name)) {
    // A value given without its name is parsed as the name.
    const shown = SHOWABLE_NAME.test(name) && !/^A[KS]IA/.test(name) ? `"${name}"` : 'a name';
    return `credentials holds ${shown} that awskms does not know: give ${LIST} only, as name=value`;
  }
  if (!PRINTABLE.test(value)) {
    return (
      `credentials holds a character in ${name} that none has (a space, a line break, a byte order mark or another one ` +
      'that is not printable): write it without'
    );
  }
  if (name === 'access_key' && value !== '' && !ACCESS_KEY_ID.test(value)) {
    return (
      'credentials holds an access_key that is not the id of one, which has 16 to 128 letters, digits and "_": it may ' +
      'have been swapped with secret_key'
    );
  }
  return undefined;
}
