import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toProviderError } from '../../../src/providers/aws/to-provider-error.ts';
import { ACCESS_KEY, newBench, noMaterial, target } from './harness.ts';

/** An error in the shape that the SDK gives it. */
const sdkError = (name: string, message: string, status?: number, code?: string): Error =>
  Object.assign(new Error(message), {
    name,
    ...(code !== undefined && { code }),
    $metadata: { requestId: 'r-1', ...(status !== undefined && { httpStatusCode: status }) },
  });

describe('errors of AWS', () => {
  it.each([
    ['NotFoundException', 'not_found', false],
    ['AlreadyExistsException', 'already_exists', false],
    ['DisabledException', 'invalid_state', false],
    ['AccessDeniedException', 'forbidden', false],
    ['UnrecognizedClientException', 'unauthenticated', false],
    ['InvalidSignatureException', 'unauthenticated', false],
    ['ExpiredTokenException', 'unauthenticated', false],
    ['CredentialsProviderError', 'unauthenticated', false],
    ['ThrottlingException', 'throttled', false],
    ['LimitExceededException', 'invalid_request', false],
    ['ValidationException', 'invalid_request', false],
    ['IncorrectKeyMaterialException', 'invalid_request', false],
    ['KMSInternalException', 'unavailable', true],
    ['DependencyTimeoutException', 'unavailable', true],
    ['TimeoutError', 'timeout', true],
    ['SomethingNewException', 'invalid_request', false],
  ])('%s means %s', (name, reason, ambiguous) => {
    const error = toProviderError('CreateKey', 'kms.eu-west-2', sdkError(name, 'words of AWS', 400));
    expect(error).toMatchObject({ reason, ambiguous, call: 'CreateKey', code: name, requestId: 'r-1' });
    expect(error.message).toBe(`CreateKey: words of AWS (${name}, request id r-1)`);
  });

  it('tells a CMK that is going from one that is not ready', () => {
    const about = (text: string): string =>
      toProviderError('EnableKey', '', sdkError('KMSInvalidStateException', text, 400)).reason;
    expect(about('arn:aws:kms:x is pending deletion.')).toBe('pending_deletion');
    expect(about('arn:aws:kms:x is pending import.')).toBe('invalid_state');
  });

  it.each([
    ['ECONNREFUSED', 'unavailable', false, 'CreateKey: cannot reach kms.here (ECONNREFUSED)'],
    ['ENOTFOUND', 'unavailable', false, 'CreateKey: cannot reach kms.here (ENOTFOUND)'],
    ['ECONNRESET', 'unavailable', true, 'CreateKey: lost the connection to kms.here (ECONNRESET)'],
    ['ETIMEDOUT', 'timeout', true, 'CreateKey: lost the connection to kms.here (ETIMEDOUT)'],
  ])('says of %s whether the request was sent', (code, reason, ambiguous, message) => {
    const error = Object.assign(new Error('details'), { name: 'Error', code });
    expect(toProviderError('CreateKey', 'kms.here', error)).toMatchObject({ reason, ambiguous, message });
  });

  it('of 5xx that nobody knows may have taken effect', () => {
    expect(toProviderError('CreateKey', '', sdkError('NewFailure', 'x', 500))).toMatchObject({
      reason: 'unavailable',
      ambiguous: true,
    });
  });

  it('hold no credential, however they are printed', async () => {
    const bench = await newBench({ allow: [] });
    try {
      const error = await bench.client
        .createVersion(target(1), noMaterial, bench.signal)
        .catch((reason: unknown) => reason);
      const texts = [String(error), JSON.stringify(error), inspect(error, { depth: 20, showHidden: true })];
      for (const text of texts) expect(text).not.toContain(ACCESS_KEY.secretAccessKey);
      expect(String(error)).toContain('kms:CreateKey');
    } finally {
      await bench.close();
    }
  });
});
