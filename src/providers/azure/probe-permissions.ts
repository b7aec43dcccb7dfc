import { failureOf, grantOf } from '../http/grant-of.ts';
import { randomUUID } from 'node:crypto';
import { ProviderError } from '../errors.ts';
import type { PermissionProbe } from '../port.ts';
import { endInTime } from '../http/end-in-time.ts';
import type { Calls } from './calls.ts';
import { permissionText, type Permission } from './vault-failure.ts';

type Probe = readonly [permission: Permission, required: boolean, call: () => Promise<unknown>];

/**
 * Tries each permission on a key that does not exist, by requests that make nothing: a vault that answers "not found", or
 * that the request is not complete, would have refused it before. Nothing is created or changed.
 *
 * @param limitMs - total timeout; permissions not known by then are reported as `unknown`
 */
export async function probePermissions(calls: Calls, limitMs: number, signal: AbortSignal): Promise<PermissionProbe> {
  let credentials = { source: 'unknown', id: '' };
  const results = new Map<Permission, ProviderError | undefined>();
  const late = new ProviderError('timeout', `no response within ${limitMs / 1_000} s`, { call: 'check' });
  let rest: ProviderError = late;
  const tryAll = async (own: AbortSignal): Promise<string | undefined> => {
    const { problem, ...found } = await calls.credentials(own);
    credentials = found;
    if (problem !== undefined) return problem;
    const [first, ...others] = probes(calls, own);
    const probe = async ([permission, , call]: Probe): Promise<ProviderError | undefined> => {
      const failure = await failureOf(call, signal);
      results.set(permission, failure);
      return failure;
    };
    const failure = first && (await probe(first));
    if (failure && failure.code === undefined) {
      // The others are not probed: they would fail the same way, or each run into the timeout.
      if (failure.reason === 'invalid_request') return failure.message;
      rest = new ProviderError('timeout', `not probed, because of: ${failure.message}`, { call: 'check' });
      return undefined;
    }
    if (failure?.reason !== 'unauthenticated') await Promise.all(others.map(probe));
    return [...results.values()].find((each) => each?.reason === 'unauthenticated')?.message;
  };
  const options = { limitMs, signal, goesOn: () => false, failure: () => late };
  const problem = await endInTime(options, tryAll).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error !== late) throw error;
    return undefined;
  });
  const proxy = calls.proxy();
  if (problem !== undefined) return { credentials, problem, proxy, permissions: [] };
  const permissions = probes(calls, signal).map(([permission, required]) => ({
    permission: permissionText(permission, calls.isManagedHsm),
    required,
    // Only an error code of Key Vault proves anything.
    ...grantOf(results.has(permission) ? results.get(permission) : rest, ({ code }) => code !== undefined),
  }));
  return { credentials, problem, proxy, permissions };
}

function probes(calls: Calls, signal: AbortSignal): readonly Probe[] {
  const name = `probe-${randomUUID()}`;
  const id = `${name}/${randomUUID().replaceAll('-', '')}`;
  return [
    ['get', true, () => calls.getKey(name, signal)],
    ['update', true, () => calls.updateVersion(id, { attributes: {} }, signal)],
    ['delete', true, () => calls.deleteKey(name, signal)],
    // No key type is called so.
    ['create', true, () => calls.createKey(name, { kty: 'none' }, signal)],
    ['import', true, () => calls.importKey(name, { key: { kty: 'none' } }, signal)],
    ['list', false, () => calls.listKeys(undefined, signal)],
  ];
}
