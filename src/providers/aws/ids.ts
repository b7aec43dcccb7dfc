import { ProviderError } from '../errors.ts';

/** A KMS key ID: a UUID, or `mrk-` and 32 hex digits for a multi-Region key. */
const KEY_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;

export function isKeyId(text: unknown): text is string {
  return typeof text === 'string' && KEY_ID.test(text);
}

/** Whether a value is the ID of key material: 64 hex digits. */
export function isMaterialId(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}

/** The account ID (12 digits) in the ARN of a KMS key or alias; undefined for any other ARN, Region or resource. */
export function accountIn(arn: unknown, region: string, resource: string): string | undefined {
  if (typeof arn !== 'string') return undefined;
  const [scheme, partition = '', service, place, account = '', ...rest] = arn.split(':');
  const isArn = scheme === 'arn' && service === 'kms' && /^aws[a-z-]*$/.test(partition);
  if (!isArn || place !== region || !/^\d{12}$/.test(account) || rest.join(':') !== resource) return undefined;
  return account;
}

/**
 * Rejects an ID that is not a KMS key ID, because AWS also accepts aliases and ARNs of other KMS keys.
 *
 * @throws {ProviderError} invalid_request
 */
export function requireKeyId(call: string, id: string): void {
  if (isKeyId(id)) return;
  throw new ProviderError('invalid_request', `${call}: the recorded ID is not a KMS key ID`, { call });
}
