import type { Operations } from './context.ts';
import { invalid, KmsError, limitExceeded } from './errors.ts';
import { readInput } from './input.ts';
import { findKey } from './look-up.ts';

/** The default key policy, which delegates to the account's IAM policies. */
export function defaultPolicy(account: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
}

/** @throws {KmsError} MalformedPolicyDocumentException, LimitExceededException */
export function checkPolicy(policy: string): string {
  if (Buffer.byteLength(policy) > 32 * 1024) throw limitExceeded('The key policy is larger than 32 KB');
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    throw malformed('Policy is not valid JSON');
  }
  if (typeof document !== 'object' || document === null || !('Statement' in document)) {
    throw malformed('Policy contains no statements');
  }
  return policy;
}

function malformed(message: string): KmsError {
  return new KmsError('MalformedPolicyDocumentException', message);
}

function requireDefaultName(name: string | undefined): void {
  if (name !== undefined && name !== 'default') throw invalid('The only valid policy name is default');
}

export const policyOperations: Operations = {
  GetKeyPolicy(context, body) {
    const name = readInput(body, (fields) => fields.optionalText('PolicyName', { min: 1, max: 128 }));
    const key = findKey(context, body);
    if (name !== undefined && name !== 'default') throw new KmsError('NotFoundException', 'No such policy exists');
    return { Policy: key.policy, PolicyName: 'default' };
  },

  PutKeyPolicy(context, body) {
    const { name, policy } = readInput(body, (fields) => ({
      name: fields.optionalText('PolicyName', { min: 1, max: 128 }),
      policy: fields.text('Policy', { min: 1 }),
    }));
    requireDefaultName(name);
    const key = findKey(context, body);
    key.policy = checkPolicy(policy);
    return undefined;
  },
};
