import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ProviderError } from '../../../src/providers/errors.ts';
import { toProviderError } from '../../../src/providers/aws/to-provider-error.ts';
import { ACCESS_KEY, failure, setUp } from './harness.ts';
import { create } from '../calls.ts';

/** An error in the shape that the SDK gives it. */
const sdkError = (name: string, message: string, status?: number, code?: string): Error =>
  Object.assign(new Error(message), {
    name,
    ...(code !== undefined && { code }),
    $metadata: { requestId: 'r-1', ...(status !== undefined && { httpStatusCode: status }) },
  });

describe('toProviderError', () => {
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
    ['RequestTimeoutException', 'timeout', true],
  ])('%s means %s', (name, reason, ambiguous) => {
    const error = toProviderError('CreateKey', 'kms.eu-west-2', sdkError(name, 'words of AWS', 400));
    expect(error).toMatchObject({ reason, ambiguous, call: 'CreateKey', code: name, requestId: 'r-1' });
    expect(error.message).toBe(`CreateKey: words of AWS (${name}, request id r-1)`);
  });

  it('does not quote messages of unknown error codes', () => {
    const error = toProviderError('CreateKey', 'kms.here', sdkError('SomethingNewException', 'somebody says', 400));
    expect(error).toMatchObject({ reason: 'invalid_request', code: undefined, requestId: 'r-1' });
    expect(error.message).toBe("CreateKey: kms.here gives an answer that is not AWS KMS's (HTTP 400, request id r-1)");
  });

  it('distinguishes pending deletion from other invalid states', () => {
    const about = (text: string): string =>
      toProviderError('EnableKey', '', sdkError('KMSInvalidStateException', text, 400)).reason;
    expect(about('arn:aws:kms:x is pending deletion.')).toBe('pending_deletion');
    expect(about('arn:aws:kms:x is pending import.')).toBe('invalid_state');
  });

  it.each([
    ['ECONNREFUSED', 'connect', 'unavailable', false, 'cannot reach kms.here'],
    ['ENOTFOUND', 'getaddrinfo', 'unavailable', false, 'cannot reach kms.here'],
    ['ETIMEDOUT', 'connect', 'unavailable', false, 'cannot reach kms.here'],
    ['EHOSTUNREACH', 'read', 'unavailable', true, 'lost the connection to kms.here'],
    ['ECONNRESET', 'read', 'unavailable', true, 'lost the connection to kms.here'],
    ['EPIPE', 'write', 'unavailable', true, 'lost the connection to kms.here'],
    ['ETIMEDOUT', 'read', 'timeout', true, 'no answer from kms.here in time'],
  ])('maps %s in %s and reports whether the request was sent', (code, syscall, reason, ambiguous, text) => {
    const error = Object.assign(new Error('details'), { name: 'TimeoutError', code, syscall });
    const message = `CreateKey: ${text} (${code})`;
    expect(toProviderError('CreateKey', 'kms.here', error)).toMatchObject({ reason, ambiguous, message, code });
  });

  it('distinguishes failure on all addresses from a lost connection', () => {
    const refused = Object.assign(new Error(), { code: 'ECONNREFUSED', syscall: 'connect' });
    const lost = Object.assign(new Error(), { code: 'ECONNRESET', syscall: 'read' });
    const about = (errors: readonly Error[]): ProviderError =>
      toProviderError('CreateKey', '', Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' }));
    expect(about([refused, refused]).ambiguous).toBe(false);
    expect(about([refused, lost]).ambiguous).toBe(true);
  });

  it('maps unknown codes by status; only 4xx is a rejection', () => {
    const about = (status: number): ProviderError =>
      toProviderError('CreateKey', '', sdkError('NewFailure', 'x', status));
    expect(about(403)).toMatchObject({ reason: 'forbidden', ambiguous: false });
    expect(about(429)).toMatchObject({ reason: 'throttled', ambiguous: false });
    for (const status of [408, 499]) expect(about(status)).toMatchObject({ reason: 'timeout', ambiguous: true });
    expect(about(418)).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    for (const status of [200, 302, 500])
      expect(about(status)).toMatchObject({ reason: 'unavailable', ambiguous: true });
  });

  it('omits the quoted canonical request, which has the session token', () => {
    const quoted =
      "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:the-token'";
    const { message } = toProviderError('CreateKey', '', sdkError('SignatureDoesNotMatch', quoted, 403));
    expect(message).toBe(
      'CreateKey: The request signature we calculated does not match the signature you provided. (SignatureDoesNotMatch, request id r-1)',
    );
  });

  it('has no credentials in any printed form', async () => {
    const { client, signal } = await setUp({ allow: [] });
    const error = await failure(create({ client, signal }, 1));
    for (const text of printed(error)) expect(text).not.toContain(ACCESS_KEY.secretAccessKey);
    expect(error.message).toContain('kms:CreateKey');
  });

  it('drops all further properties of SDK errors', () => {
    const leaky = Object.assign(sdkError('ThrottlingException', 'Rate exceeded', 400), {
      cause: new Error('signed with TOP-SECRET'),
      $response: { headers: { 'x-amz-security-token': 'TOP-SECRET' } },
      request: { headers: { authorization: 'Credential=TOP-SECRET' } },
    });
    for (const text of printed(toProviderError('EnableKey', 'kms.here', leaky))) {
      expect(text).toContain('throttled');
      expect(text).not.toContain('TOP-SECRET');
    }
  });

  it('returns a ProviderError unchanged', () => {
    const once = toProviderError('EnableKey', 'kms.here', sdkError('NotFoundException', 'x', 400));
    expect(toProviderError('DisableKey', 'kms.there', once)).toBe(once);
  });

  it('accepts a rejection that is not an Error', () => {
    for (const thrown of [undefined, 'a text', { message: 'an object' }]) {
      expect(toProviderError('EnableKey', 'kms.here', thrown)).toMatchObject({
        reason: 'unavailable',
        call: 'EnableKey',
        ambiguous: true,
      });
    }
  });
});

/** An error in all the ways in which one gets into a log, its hidden properties and cause included. */
function printed(error: Error): readonly string[] {
  const names = Object.getOwnPropertyNames(error);
  return [
    JSON.stringify(error, names.concat('cause')),
    JSON.stringify(error),
    inspect(error, { depth: 20, showHidden: true }),
  ];
}
