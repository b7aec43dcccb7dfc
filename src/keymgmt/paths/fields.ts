import { fields, type FieldMap, type FieldValues, type PathContext } from '../../framework/index.ts';
import { userError } from '../../logical/index.ts';
import type { DriverHelp, KmsDrivers } from '../../providers/port.ts';

/** Prefix of all operation ids in the OpenAPI document, as in Vault Enterprise. */
export const OPERATION_PREFIX = 'key-management';

/** Path field: the key's name. */
export const keyNameField = fields.string({ description: 'The name of the key.', required: true });

/** Path field: the KMS provider's name. */
export const kmsNameField = fields.string({ description: 'The name of the KMS.', required: true });

/** Goes on although the KMS is ahead of storage, see guard/restore-guard.ts. */
export const forceField = fields.bool({
  description: 'Go on although the KMS is ahead of storage, which may have been restored from a snapshot.',
});

const LARGEST_PAGE = 1000;

/** How many a client asks for on one page. @throws {BackendError} user_error that names the field */
export function pageLimit(limit: number): number {
  if (limit < 1 || limit > LARGEST_PAGE) throw userError(`limit must be between 1 and ${LARGEST_PAGE}`);
  return limit;
}

/**
 * The value of a field that the client has set. JSON `null` and the empty text count as not set: UIs and Terraform send
 * them for what the user left empty, and nobody means "zero" by it.
 */
export function given<F extends FieldMap, K extends keyof F & string>(
  context: PathContext<F>,
  name: K,
): FieldValues<F>[K] | undefined {
  const sent = context.request.data[name];
  return sent === null || sent === '' ? undefined : context.data.getOptional(name);
}

/** Names the permissions that something needs, by provider, for a help text: ` (awskms: kms:DescribeKey)`. */
export function permissions(drivers: KmsDrivers, what: keyof Pick<DriverHelp, 'observing' | 'searching'>): string {
  const named = Object.values(drivers).flatMap(({ kind, help }) => {
    const text = help[what];
    return text === undefined ? [] : `${kind}: ${text}`;
  });
  return named.length === 0 ? '' : ` (${named.join('; ')})`;
}
