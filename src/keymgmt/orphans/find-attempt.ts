import { ATTEMPT_LABEL, type KmsClient, type ObjectFacts, type VersionAttempt } from '../../providers/port.ts';
import { missingLabels } from '../records/labels.ts';

/** An object is made within this time of the attempt's record, whichever of the two clocks is ahead. */
const CREATION_MS = 5 * 60_000;

/** How many objects with the label of one attempt are looked at; there is one, unless somebody sets labels. */
const MOST_SUSPECTS = 10;

/** An attempt whose answer was lost. */
export interface LostAttempt extends VersionAttempt {
  /** When it was begun, RFC 3339. */
  readonly since: string;
  /** The account that it was begun in, where that is known. */
  readonly account: string | undefined;
}

/** Where the search for the object of a lost attempt ended. */
export type AttemptSearch =
  /** The one object that is proven to be the attempt's, and to be unused. */
  | { readonly outcome: 'proven'; readonly remoteId: string; readonly account: string | undefined }
  | { readonly outcome: 'absent' }
  /** Nobody can tell; `suspects` carry the attempt's label, and may be in use or somebody else's. */
  | { readonly outcome: 'unknown'; readonly why: string; readonly suspects: readonly string[] };

/**
 * Looks for the object of an attempt whose answer was lost. A label is no proof: whoever may set labels sets any on any
 * object, and an object that carries ours may have been adopted and used since the record was written, as storage may be
 * older than the cloud. So only an object that was never used is found, see {@link doubts}.
 *
 * @param owned - ids that the record knows of: none of them is what is looked for
 */
export async function findAttempt(
  client: KmsClient,
  attempt: LostAttempt,
  owned: readonly string[],
  signal: AbortSignal,
): Promise<AttemptSearch> {
  const search = await client.findVersion(attempt, signal);
  if (search.outcome === 'absent') return search;
  const { remoteIds = [] } = search;
  if (search.outcome === 'unknown') return { outcome: 'unknown', why: search.why, suspects: remoteIds };
  const proven: { remoteId: string; account: string | undefined }[] = [];
  const suspects: string[] = [];
  const reasons: string[] = [];
  for (const remoteId of remoteIds.slice(0, MOST_SUSPECTS)) {
    const facts = await client.inspect(remoteId, signal);
    if (facts?.state === 'pending_deletion') continue;
    const doubtful = facts ? doubts(facts, attempt) : ['the KMS does not describe it'];
    if (owned.includes(remoteId)) doubtful.push('it belongs to another version');
    suspects.push(remoteId);
    if (doubtful.length === 0) proven.push({ remoteId, account: facts?.account });
    else reasons.push(`${remoteId}: ${doubtful.join(', ')}`);
  }
  suspects.push(...remoteIds.slice(MOST_SUSPECTS));
  const [one, ...others] = proven;
  if (one && others.length === 0) return { outcome: 'proven', ...one };
  if (suspects.length === 0) return { outcome: 'absent' };
  const why = one
    ? 'several unused objects carry its label'
    : `not proven to be unused and ours: ${reasons.join('; ')}`;
  return { outcome: 'unknown', why, suspects };
}

/** What keeps an object from being the attempt's own, unused one; empty when all that has to be known proves it. */
export function doubts(facts: ObjectFacts, { labels, attempt, since, account }: LostAttempt): string[] {
  const found: string[] = [];
  if (facts.state === undefined) found.push('its state may not be read');
  else if (facts.state !== 'unused') found.push('it holds or held key material, or takes none');
  if (facts.labels === undefined) found.push('its labels may not be read');
  else {
    const missing = missingLabels(facts.labels, { ...labels, [ATTEMPT_LABEL]: attempt });
    if (missing.length > 0) found.push(`other labels (${missing.join(', ')})`);
  }
  if (facts.names === undefined) found.push('its names may not be read');
  else if (facts.names.length > 0) found.push(`${facts.names.join(', ')} points to it`);
  const age = facts.createdAt === undefined ? NaN : Math.abs(facts.createdAt - Date.parse(since));
  if (!(age <= CREATION_MS)) found.push('it was not made within five minutes of the attempt');
  if (account !== undefined && facts.account !== undefined && facts.account !== account) {
    found.push(`it is in account ${facts.account}, not ${account}`);
  }
  return found;
}
