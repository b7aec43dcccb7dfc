import type { Attempt } from '../../providers/attempt.ts';
import { ATTEMPT_LABEL } from '../../providers/port.ts';
import type { Observation } from '../../providers/observation.ts';
import type { KmsClient, ObjectFacts, Target } from '../../providers/port.ts';
import { missingLabels } from '../records/labels.ts';

/** How many objects with the label of one attempt are looked at; there is one, unless somebody sets labels. */
const MOST_SUSPECTS = 10;

/** An attempt whose answer was lost. */
export interface LostAttempt extends Attempt {
  /** Labels that the object carries beside the attempt's own. */
  readonly labels: Readonly<Record<string, string>>;
  /** When it was begun, RFC 3339. */
  readonly since: string;
  /** The account that it was begun in, where that is known. */
  readonly account: string | undefined;
}

/** Where the search for the object of a lost attempt ended. */
export type AttemptSearch =
  /** The one object that is proven to be the attempt's, as the answer to the call would have told of it. */
  | { readonly outcome: 'proven'; readonly id?: string; readonly seen: readonly Observation[] }
  | { readonly outcome: 'absent' }
  /** Nobody can tell; `suspects` carry the attempt's label, and may be in use or somebody else's. */
  | { readonly outcome: 'unknown'; readonly why: string; readonly suspects: readonly string[] };

export interface SearchOptions {
  /** Ids that are on record: none of them is what is looked for. */
  readonly owned: readonly string[];
  /** Undefined where the distribution is not on record any more. */
  readonly target: Target | undefined;
  /** An object is made within this time of the attempt's record, whichever of the two clocks is ahead. */
  readonly windowMs: number;
}

/**
 * Looks for the object of an attempt whose answer was lost. A label is no proof: whoever can tag may label any other
 * object, and an object that carries ours may have been adopted and used since the record was written, as storage may be
 * older than the cloud. So only an object that was never used is found, see {@link objections}.
 */
export async function findAttempt(
  client: KmsClient,
  attempt: LostAttempt,
  { owned, target, windowMs }: SearchOptions,
  signal: AbortSignal,
): Promise<AttemptSearch> {
  const search = await client.find(attempt, target, signal);
  if (search.outcome === 'absent' || search.outcome === 'proven') return search;
  if (search.outcome === 'unknown') return { outcome: 'unknown', why: search.why, suspects: search.remoteIds ?? [] };
  const proven: { readonly id: string; readonly seen: readonly Observation[] }[] = [];
  const suspects: string[] = [];
  const reasons: string[] = [];
  for (const { id, seen } of search.candidates.slice(0, MOST_SUSPECTS)) {
    const facts = await client.inspect(id, signal);
    if (facts?.state === 'pending_deletion') continue;
    const objected = facts ? objections(facts, attempt, windowMs) : ['the KMS does not describe it'];
    if (owned.includes(id)) objected.push('it belongs to another version');
    suspects.push(id);
    const account = facts?.account;
    if (objected.length === 0)
      proven.push({ id, seen: account === undefined ? seen : [{ of: 'account', account }, ...seen] });
    else reasons.push(`${id}: ${objected.join(', ')}`);
  }
  suspects.push(...search.candidates.slice(MOST_SUSPECTS).map(({ id }) => id));
  const [one, ...others] = proven;
  if (one && others.length === 0) return { outcome: 'proven', ...one };
  if (suspects.length === 0) return { outcome: 'absent' };
  const why = one
    ? 'several unused objects carry its label'
    : `not proven to be unused and ours: ${reasons.join('; ')}`;
  return { outcome: 'unknown', why, suspects };
}

/** What keeps an object from being the attempt's own, unused one; empty when all that has to be known proves it. */
export function objections(
  facts: ObjectFacts,
  { labels, attempt, since, account }: LostAttempt,
  windowMs: number,
): string[] {
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
  if (!(age <= windowMs)) found.push(`it was not made within ${windowMs / 60_000} minutes of the attempt`);
  if (account !== undefined && facts.account !== undefined && facts.account !== account) {
    found.push(`it is in account ${facts.account}, not ${account}`);
  }
  return found;
}
