import { failureOf, grantOf } from '../http/grant-of.ts';
import { randomUUID } from 'node:crypto';
import { ProviderError } from '../errors.ts';
import type { PermissionProbe } from '../port.ts';
import type { Calls } from './calls.ts';
import { endInTime } from '../http/end-in-time.ts';
import { REASON_BY_CODE } from './error-reasons.ts';

type Probe = readonly [action: string, required: boolean, call: () => Promise<unknown>];

/**
 * Probes each IAM action that the adapter uses, on a KMS key that does not exist. AWS KMS checks permissions before it looks
 * up the KMS key, so `NotFoundException` means that the action is allowed. `CreateKey` is probed with a reserved tag
 * (`aws:`), which AWS always rejects. Nothing is created or changed.
 *
 * A policy with resources or conditions can still deny a call on an existing KMS key.
 *
 * @param limitMs - total timeout; permissions not known by then are reported as `unknown`
 */
export async function probePermissions(calls: Calls, limitMs: number, signal: AbortSignal): Promise<PermissionProbe> {
  let credentials = { source: 'unknown', id: '' };
  let probed: readonly Probe[] = [];
  const results = new Map<string, Result>();
  const late = timeout(`no response within ${limitMs / 1_000} s`);
  /** @returns a problem that concerns all actions, or the result of the actions that were not probed */
  const tryAll = async (own: AbortSignal): Promise<{ readonly problem?: string; readonly rest?: Result }> => {
    probed = probes(calls, own);
    const { problem, ...found } = await calls.credentials(own);
    credentials = found;
    if (problem !== undefined) return { problem };
    const [first, ...others] = probed;
    const probe = async ([action, , call]: Probe): Promise<Result> => {
      const result = { failure: await failureOf(call, signal) };
      results.set(action, result);
      return result;
    };
    const { failure } = first ? await probe(first) : {};
    if (failure && !isKnown(failure)) {
      // The other actions are not probed: they would fail the same way, or each run into the timeout.
      if (failure.reason === 'invalid_request') return { problem: failure.message };
      return { rest: { failure: timeout(`not probed, because of: ${failure.message}`) } };
    }
    if (failure?.reason !== 'unauthenticated') await Promise.all(others.map(probe));
    const refusal = [...results.values()].find((result) => result.failure?.reason === 'unauthenticated')?.failure;
    return refusal ? { problem: refusal.message } : {};
  };
  const { problem, rest = {} } = await endInTime(
    { limitMs, signal, goesOn: () => false, failure: () => late },
    tryAll,
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error !== late) throw error;
    return { problem: undefined, rest: { failure: late } };
  });
  if (problem !== undefined) return { credentials, problem, proxy: calls.proxy(), permissions: [] };
  const permissions = probed.map(([action, required]) => ({
    permission: `kms:${action}`,
    required,
    ...grantOf((results.get(action) ?? rest).failure, isKnown),
  }));
  return { credentials, problem, proxy: calls.proxy(), permissions };
}

interface Result {
  readonly failure?: ProviderError | undefined;
}

function timeout(text: string): ProviderError {
  return new ProviderError('timeout', text, { call: 'check' });
}

function probes(calls: Calls, signal: AbortSignal): readonly Probe[] {
  const KeyId = randomUUID();
  const AliasName = `alias/hashicorp/probe-${KeyId}`;
  const token = Buffer.of(0);
  const reserved = [{ TagKey: 'aws:probe', TagValue: '' }];
  return [
    ['ListAliases', true, () => calls.listAliases({ Limit: 1 }, signal)],
    ['CreateKey', true, () => calls.createKey({ Origin: 'EXTERNAL', Tags: reserved }, signal)],
    ['TagResource', true, () => calls.tagResource({ KeyId, Tags: reserved }, signal)],
    [
      'GetParametersForImport',
      true,
      () =>
        calls.getParametersForImport(
          { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_4096' },
          signal,
        ),
    ],
    [
      'ImportKeyMaterial',
      true,
      () =>
        calls.importKeyMaterial(
          {
            KeyId,
            ImportToken: token,
            EncryptedKeyMaterial: token,
            ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
          },
          signal,
        ),
    ],
    ['EnableKey', true, () => calls.enableKey({ KeyId }, signal)],
    ['DisableKey', true, () => calls.disableKey({ KeyId }, signal)],
    ['ScheduleKeyDeletion', true, () => calls.scheduleKeyDeletion({ KeyId }, signal)],
    ['CreateAlias', true, () => calls.createAlias({ AliasName, TargetKeyId: KeyId }, signal)],
    ['UpdateAlias', true, () => calls.updateAlias({ AliasName, TargetKeyId: KeyId }, signal)],
    ['DeleteAlias', true, () => calls.deleteAlias({ AliasName }, signal)],
    ['DescribeKey', false, () => calls.describeKey({ KeyId }, signal)],
    ['ListKeys', false, () => calls.listKeys({ Limit: 1 }, signal)],
    ['ListResourceTags', false, () => calls.listResourceTags({ KeyId }, signal)],
  ];
}

// Only an AWS KMS error code proves anything.
function isKnown({ code }: ProviderError): boolean {
  return code !== undefined && Object.hasOwn(REASON_BY_CODE, code);
}
