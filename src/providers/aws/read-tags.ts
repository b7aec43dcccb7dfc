import type { ListResourceTagsCommandOutput } from '@aws-sdk/client-kms';
import { ProviderError } from '../errors.ts';
import type { LabelAnswer } from '../port.ts';

/** Reads the tags of a KMS key (`ListResourceTags`), which may be missing or deny the call. */
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

/** The labels of an answer: undefined if they cannot be read, empty if the KMS key is not found. */
export function labelsOf(answer: LabelAnswer): Readonly<Record<string, string>> | undefined {
  if (answer.outcome === 'seen') return answer.labels;
  return answer.outcome === 'unknown' ? {} : undefined;
}
