import { ProviderError } from '../errors.ts';
import type { LabelledObject } from '../observation.ts';
import type { LabelSearch, NameSurvey } from '../port.ts';
import { pagesOf } from '../http/pages-of.ts';
import { CREATE } from '../http/retry.ts';
import { unlessHidden, type Account } from './account.ts';
import type { KeyItem, Page } from './key-bundle.ts';
import { unseen } from '../http/unseen.ts';
import { VERSION_LABEL } from './versions.ts';

/** A key that the engine has made is named `<key>-<unix seconds>`. */
const DISTRIBUTED = /-\d{10}$/;
const MOUNT_LABEL = 'vault-keymgmt-mount';
/** Far more than any attempt, or any mount, leaves behind. */
const MOST_FOUND = 1_000;

/**
 * Finds all versions of keys with a tag (`keys/list`, which is not among the five permissions of Vault's documentation:
 * `incomplete` says what cannot be read). Deleted keys are not listed.
 */
export async function findByLabel(account: Account, label: string, value: string): Promise<LabelSearch> {
  const { calls, signal } = account;
  const found: LabelledObject[] = [];
  try {
    for await (const { name } of itemsOf(account, (next) => calls.listKeys(next, signal))) {
      if (!DISTRIBUTED.test(name)) continue;
      for await (const { version, tags } of itemsOf(account, (next) => calls.listVersions(name, next, signal))) {
        // A key exchange key carries the labels of the key that it was made for, and holds no version of it.
        if (version === undefined || tags[VERSION_LABEL] === undefined || tags[label] !== value) continue;
        if (found.length >= MOST_FOUND) throw tooMany(`more than ${MOST_FOUND} key versions have the tag`);
        found.push({ remoteId: `${name}/${version}`, labels: tags });
      }
    }
    return { found, incomplete: undefined };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProviderError)) throw error;
    return { found, incomplete: error.message };
  }
}

/** Lists the keys that this engine, in any mount, has made, with the newest version of each. */
export async function surveyNames(account: Account): Promise<NameSurvey> {
  const { calls, retry, isLate, signal } = account;
  const targets = new Map<string, string>();
  try {
    for await (const { name, tags } of itemsOf(account, (next) => calls.listKeys(next, signal))) {
      if (!DISTRIBUTED.test(name) || tags[MOUNT_LABEL] === undefined || targets.has(name)) continue;
      if (isLate()) throw tooMany('too many keys in the vault to search');
      const newest = await unlessHidden(() => retry(CREATE, () => calls.getKey(name, signal)));
      // The id of no version: who compares it asks for the name itself.
      targets.set(name, newest === 'hidden' ? name : newest.id);
    }
    return { outcome: 'seen', targets };
  } catch (error) {
    return unseen(error, signal);
  }
}

/** The id of the version of a key that carries a label; only where the credentials allow listing. */
export async function versionWithLabel(
  account: Account,
  name: string,
  label: string,
  value: string,
): Promise<string | undefined> {
  const { calls, signal } = account;
  for await (const { version, tags } of itemsOf(account, (next) => calls.listVersions(name, next, signal))) {
    if (version !== undefined && tags[label] === value) return `${name}/${version}`;
  }
  return undefined;
}

async function* itemsOf(
  { retry, isLate }: Account,
  read: (next: string | undefined) => Promise<Page>,
): AsyncIterable<KeyItem> {
  const inTime = async (next: string | undefined): Promise<Page> => {
    if (isLate()) throw tooMany('too many keys in the vault to search');
    return retry(CREATE, () => read(next));
  };
  for await (const { items } of pagesOf(inTime, () => tooMany('the list does not end'))) yield* items;
}

function tooMany(text: string): ProviderError {
  return new ProviderError('unavailable', `KeyList: ${text}`, { call: 'KeyList' });
}
