import type { ListKeysCommandInput, ListKeysCommandOutput } from '@aws-sdk/client-kms';
import { isKeyId } from './ids.ts';
import { pageMarkers } from './page-markers.ts';

/** How many KMS keys are asked about at the same time. */
const BATCH = 8;

/** Some of the KMS keys of an account. */
export interface KeyBatch {
  readonly ids: readonly string[];
  /** How many more the page lists of which no id can be read. */
  readonly unreadable: number;
}

/** Goes through all KMS keys of an account (`ListKeys`), a few at a time. */
export async function* keyBatches(
  list: (input: ListKeysCommandInput) => Promise<ListKeysCommandOutput>,
): AsyncGenerator<KeyBatch> {
  const following = pageMarkers('ListKeys');
  let Marker: string | undefined;
  do {
    const { Keys = [], NextMarker } = await list({ Limit: 1000, ...(Marker === undefined ? {} : { Marker }) });
    const ids = Keys.flatMap(({ KeyId }) => (isKeyId(KeyId) ? KeyId : []));
    yield { ids: ids.slice(0, BATCH), unreadable: Keys.length - ids.length };
    for (let start = BATCH; start < ids.length; start += BATCH) {
      yield { ids: ids.slice(start, start + BATCH), unreadable: 0 };
    }
    Marker = following(NextMarker);
  } while (Marker !== undefined);
}
