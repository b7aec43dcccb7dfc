import { userError } from '../../logical/index.ts';
import type { Credentials } from '../../providers/port.ts';
import { secret } from '../../support/secret.ts';

/**
 * Far more than any provider's credentials have: the file of a service account is some 2 KiB. The record is taken apart
 * at every request that names the KMS provider, which takes longer the more there is.
 */
const MOST_ENTRIES = 64;
const LONGEST_NAME = 128;
const LARGEST_VALUE = 16 * 1024;
/** Of all names and values together; also of `credentials` as one text. */
export const LARGEST_CREDENTIALS = 64 * 1024;

/**
 * Takes the credentials of a write, in which nobody but {@link Credentials} sees them any more.
 *
 * @throws {BackendError} user_error for too many or too large ones; neither a name, which may be a value that was given
 * without its name, nor a value is repeated
 */
export function requestedCredentials(pairs: Readonly<Record<string, string>>): Credentials {
  const entries = Object.entries(pairs);
  if (entries.length > MOST_ENTRIES) throw tooLarge(`${entries.length} entries`, `${MOST_ENTRIES} are taken`);
  let total = 0;
  for (const [name, value] of entries) {
    if (name.length > LONGEST_NAME) {
      throw tooLarge(`a name of ${name.length} characters`, `${LONGEST_NAME} are taken`);
    }
    const size = Buffer.byteLength(value);
    if (size > LARGEST_VALUE) throw tooLarge(`a value of ${size} bytes`, `${LARGEST_VALUE} are taken`);
    total += Buffer.byteLength(name) + size;
  }
  if (total > LARGEST_CREDENTIALS) throw tooLarge(`${total} bytes in all`, `${LARGEST_CREDENTIALS} are taken`);
  return Object.fromEntries(entries.map(([name, value]) => [name, secret(value)]));
}

function tooLarge(size: string, limit: string): Error {
  return userError(`credentials has ${size}, and at most ${limit}: give what the provider needs only`);
}
