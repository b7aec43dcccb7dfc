import { secret } from '../../support/secret.ts';
import type { Credentials, TakenCredentials } from '../port.ts';

/** A name that may be shown: shorter than the secrets that clouds give out, which may look like a name. */
export const SHOWABLE_NAME = /^[a-z_][a-z0-9_-]{0,31}$/i;

/**
 * Takes the credentials of a write, one by one, without a trailing line feed, as files and Kubernetes Secrets have.
 *
 * @param problemOf - what is wrong with one (field and remedy), or nothing
 */
export function takeEach(
  sent: Credentials,
  problemOf: (name: string, value: string) => string | undefined,
): TakenCredentials {
  const taken = Object.entries(sent).map(([name, value]) => [name, value.reveal().replace(/\r?\n$/, '')] as const);
  for (const [name, value] of taken) {
    const problem = problemOf(name, value);
    if (problem !== undefined) return { problem };
  }
  return { credentials: Object.fromEntries(taken.map(([name, value]) => [name, secret(value)])) };
}
