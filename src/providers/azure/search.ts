import { ProviderError } from '../errors.ts';
import type { LabelledObject } from '../observation.ts';
import type { LabelSearch, NameSurvey } from '../port.ts';
import { CREATE } from '../http/retry.ts';
import type { Account } from './account.ts';
import type { Page } from './calls.ts';
import type { KeyItem } from './key-bundle.ts';
import { unseen } from '../http/unseen.ts';

/** A key that the engine has made is named `<key>-<unix seconds>`. */
const DISTRIBUTED = /-\d{10}$/;
const MOUNT_LABEL = 'vault-keymgmt-mount';
/** Pages of 25 keys or more; a list that does not end is not followed. */
const MOST_PAGES = 1_000;

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
        if (version !== undefined && tags[label] === value)
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
  const { calls, retry, signal } = account;
  const targets = new Map<string, string>();
  try {
    for await (const { name, tags } of itemsOf(account, (next) => calls.listKeys(next, signal))) {
      if (!DISTRIBUTED.test(name) || tags[MOUNT_LABEL] === undefined) continue;
      const { id } = await retry(CREATE, () => calls.getKey(name, signal));
      targets.set(name, id);
    }
    return { outcome: 'seen', targets };
  } catch (error) {
    return unseen(error, signal);
  }
}

/** Versions of one key that carry a label; only where the credentials allow listing. */
export async function listVersions(account: Account, name: string): Promise<readonly KeyItem[]> {
  const { calls, signal } = account;
  const items: KeyItem[] = [];
  for await (const item of itemsOf(account, (next) => calls.listVersions(name, next, signal))) items.push(item);
  return items;
}

async function* itemsOf({ retry }: Account, read: (next: string | undefined) => Promise<Page>): AsyncIterable<KeyItem> {
  let next: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const after = next;
    const page = await retry(CREATE, () => read(after));
    yield* page.items;
    if (page.next === undefined) return;
    ({ next } = page);
  }
  throw new ProviderError('unavailable', 'KeyList: the list does not end', { call: 'KeyList' });
}
