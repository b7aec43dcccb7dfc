import type { ListResourceTagsCommandOutput } from '@aws-sdk/client-kms';
import { ProviderError } from '../errors.ts';
import type { LabelAnswer } from '../port.ts';

/** What `ListResourceTags` says of a KMS key, which may not be there, or hide its tags. */
export async function readTags(request: () => Promise<ListResourceTagsCommandOutput>): Promise<LabelAnswer> {
  try {
    const { Tags = [] } = await request();
    const labels = Tags.flatMap(({ TagKey, TagValue }) => (TagKey === undefined ? [] : [[TagKey, TagValue ?? '']]));
    return { outcome: 'seen', labels: Object.fromEntries(labels) as Record<string, string> };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.reason === 'not_found') return { outcome: 'unknown' };
    if (error.reason !== 'forbidden') throw error;
    return { outcome: 'forbidden', why: error.message };
  }
}

/** The same for whom it does not matter why: undefined where they may not be read; what is not there has none. */
export function labelsOf(answer: LabelAnswer): Readonly<Record<string, string>> | undefined {
  if (answer.outcome === 'seen') return answer.labels;
  return answer.outcome === 'unknown' ? {} : undefined;
}
