import type { CallLog, LoggedCall, OpenCall } from '../fake-cloud/call-log.ts';
import { NoAnswer, strike, type FaultCall, type FaultChoice, type FaultError } from '../fake-cloud/faults.ts';
import type { Throttle } from '../fake-cloud/quotas.ts';
import type { WrappingKeys } from '../fake-cloud/wrapping-keys.ts';
import { authorize, type Principal } from './authorization.ts';
import type { Output } from './context.ts';
import { KmsError } from './errors.ts';
import type { Body } from './input.ts';
import { applyTime } from './key-state.ts';
import { OPERATIONS } from './operations.ts';
import { verifySignature, type AccessKey, type SignedRequest } from './sigv4.ts';
import type { Account } from './state.ts';

/** One authenticated or rejected call. */
export interface LoggedKmsCall extends LoggedCall {
  /** Request ID of the response, as in CloudTrail. */
  readonly requestId: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** KeyId or TargetKeyId of the request; for CreateKey the id of the new key. */
  readonly keyId?: string;
}

/** The call that a fault is chosen for. */
export interface KmsFaultCall extends FaultCall {
  readonly region: string;
  readonly accessKeyId: string;
  /** KeyId or TargetKeyId of the request. */
  readonly keyId?: string | undefined;
}

export interface CallHandler {
  /** The account with this id. */
  readonly account: (id: string | undefined) => Account;
  readonly accessKeys: readonly (AccessKey & Principal & { readonly account?: string })[];
  readonly now: () => number;
  readonly signatureNow: () => number;
  readonly lookups: number;
  readonly wrappingKeys: WrappingKeys;
  readonly throttle: Throttle;
  readonly log: CallLog<LoggedKmsCall>;
  readonly chooseFault: FaultChoice<KmsFaultCall>;
}

/**
 * Handles one request, from its signature to its response.
 *
 * @throws {KmsError} to return to the client @throws {NoAnswer} to send no response
 */
export async function handleCall(handler: CallHandler, request: SignedRequest, requestId: string): Promise<Output> {
  const action = actionOf(request);
  const logged = handler.log.start({ action, requestId, region: '', accessKeyId: '' });
  try {
    const output = await run(handler, request, logged);
    logged.outcome = 'ok';
    return output;
  } catch (error) {
    logged.outcome =
      error instanceof KmsError ? error.code : error instanceof NoAnswer ? error.how : 'KMSInternalException';
    throw error;
  }
}

async function run(handler: CallHandler, request: SignedRequest, logged: OpenCall<LoggedKmsCall>): Promise<Output> {
  const { log, lookups, wrappingKeys } = handler;
  const { action } = logged;
  const { accessKey, region: name } = verifySignature(request, handler.accessKeys, handler.signatureNow());
  logged.region = name;
  logged.accessKeyId = accessKey.accessKeyId;
  const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
  if (operation === undefined) throw new KmsError('UnknownOperationException', '');
  const body = parseBody(request.body);
  const keyId = body['KeyId'] ?? body['TargetKeyId'];
  if (typeof keyId === 'string') logged.keyId = keyId;

  const account = handler.account(accessKey.account);
  const region = account.region(name);
  const call = { action, region: name, accessKeyId: accessKey.accessKeyId, keyId: logged.keyId };
  const fault = await handler.chooseFault({ ...call, number: log.calls().length, nth: log.count(action) });
  await strike(fault, 'before', toKmsError);
  if (!handler.throttle(name, action, handler.now())) {
    throw new KmsError(
      'ThrottlingException',
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    );
  }
  const now = handler.now();
  applyTime(account, now);
  authorize(accessKey, region, action, body);
  const output = await operation({ account, region, now, lookups, wrappingKeys }, body);
  logged.effect = true;
  if (action === 'CreateKey') logged.keyId = createdId(output);
  await strike(fault, 'after', toKmsError);
  return output;
}

function toKmsError({ code, message, status }: FaultError): KmsError {
  return new KmsError(code, message ?? '', status);
}

/** `X-Amz-Target: TrentService.<action>`; an empty string for anything else. */
function actionOf(request: SignedRequest): string {
  return /^TrentService\.(\w+)$/.exec(request.headers['x-amz-target'] ?? '')?.[1] ?? '';
}

function parseBody(bytes: Buffer): Body {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body;
  } catch {
    // Rejected below.
  }
  throw new KmsError('SerializationException', 'The request is not a JSON object');
}

function createdId(output: Output): string {
  return String((output?.['KeyMetadata'] as Readonly<Record<string, unknown>>)['KeyId']);
}
