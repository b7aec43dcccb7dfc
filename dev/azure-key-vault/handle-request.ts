import type { OpenCall } from '../fake-cloud/call-log.ts';
import { NoAnswer, strike, type FaultChoice } from '../fake-cloud/faults.ts';
import type { Throttle } from '../fake-cloud/quotas.ts';
import type { WrappingKeys } from '../fake-cloud/wrapping-keys.ts';
import { authenticate, type Trust } from './authenticate.ts';
import type { LoggedVaultCall, VaultCallLog, VaultFaultCall } from './calls.ts';
import { encryptionOperations } from './encryption.ts';
import { badParameter, KeyVaultError } from './errors.ts';
import { readObject, type Json } from './input.ts';
import { keyOperations } from './keys.ts';
import { applyRetention } from './look-up.ts';
import { newVersionOperations } from './new-versions.ts';
import type { Operations, Output } from './operation.ts';
import { authorize } from './permissions.ts';
import { routeOf } from './routes.ts';
import { signingOperations } from './signing.ts';
import type { VaultContext } from './state.ts';

const OPERATIONS: Operations = {
  ...newVersionOperations,
  ...keyOperations,
  ...encryptionOperations,
  ...signingOperations,
};

/** Versions of the API that vaults serve (Azure/azure-rest-api-specs, Key Vault data plane). */
const API_VERSIONS: readonly string[] = [
  ...['2015-06-01', '2016-10-01', '7.0', '7.1', '7.2', '7.3', '7.4', '7.5', '7.6', '2025-07-01', '2026-04-01'],
];

export interface VaultHandler extends VaultContext, Trust {
  /** Milliseconds. */
  readonly now: () => number;
  readonly lookups: number;
  readonly rsaKeys: WrappingKeys;
  readonly throttle: Throttle;
  readonly log: VaultCallLog;
  readonly chooseFault: FaultChoice<VaultFaultCall>;
}

export interface VaultRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Handles one request to a vault.
 *
 * @throws {KeyVaultError} to return to the client @throws {NoAnswer} to send no response
 */
export async function handleRequest(handler: VaultHandler, request: VaultRequest, requestId: string): Promise<Output> {
  const vault = handler.vault.name;
  const logged = handler.log.start({ action: 'Authentication', requestId, vault, clientId: '', key: '' });
  try {
    const output = await run(handler, request, logged);
    logged.outcome = 'ok';
    return output;
  } catch (error) {
    logged.outcome = outcomeOf(error);
    throw error;
  }
}

/** The most precise code of an error. */
function outcomeOf(error: unknown): string {
  if (error instanceof KeyVaultError) return error.inner ?? error.code;
  return error instanceof NoAnswer ? error.how : 'InternalError';
}

async function run(handler: VaultHandler, request: VaultRequest, logged: OpenCall<LoggedVaultCall>): Promise<Output> {
  const { vault, url, lookups, rsaKeys, log } = handler;
  const authorization = request.headers['authorization'];
  const header = typeof authorization === 'string' ? authorization : undefined;
  const caller = authenticate(handler, vault, header, handler.now());
  logged.clientId = caller.clientId;
  const { pathname: path, searchParams: query } = new URL(request.url, url);
  const route = routeOf(request.method, path);
  if (route === undefined) throw badParameter('Operation not specified');
  const { operation: action, name, version } = route;
  logged.action = action;
  logged.key = version === '' ? name : `${name}/${version}`;

  const { clientId, key } = logged;
  const call = { action, vault: vault.name, clientId, key };
  const fault = await handler.chooseFault({ ...call, number: log.calls().length, nth: log.count(action) });
  await strike(fault, 'before', asKeyVaultError);
  if (!handler.throttle(vault.name, action, handler.now())) throw throttled();
  checkApiVersion(query.get('api-version'));
  const operation = OPERATIONS[action];
  if (operation === undefined) throw new Error(`no operation ${action}`);
  authorize(vault, caller, operation.permission, name);
  const now = Math.floor(handler.now() / 1000);
  applyRetention(vault, now);
  const body = readBody(request);
  const output = await operation.run({ vault, url, now, name, version, path, query, body, lookups, rsaKeys });
  logged.effect = true;
  await strike(fault, 'after', asKeyVaultError);
  return output;
}

const asKeyVaultError = ({ code, message = '', status }: { code: string; message?: string; status: number }): Error =>
  new KeyVaultError(status, code, message);

/** There is no default (Microsoft: authentication, requests, and responses). */
function checkApiVersion(version: string | null): void {
  if (version === null || version === '') throw badParameter('api-version must be specified');
  if (!API_VERSIONS.includes(version)) throw badParameter(`Unsupported api-version: ${version} specified.`);
}

function throttled(): KeyVaultError {
  const message =
    'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached';
  return new KeyVaultError(429, 'Throttled', message, undefined, { 'retry-after': '1' });
}

function readBody({ method, headers, body }: VaultRequest): Json {
  if (body.length === 0) {
    if (method === 'PUT' || method === 'PATCH') throw badParameter('The request has no body.');
    return {};
  }
  if (method === 'GET') throw badParameter('A GET request must not have a body.');
  if (!/^application\/json\b/i.test(String(headers['content-type']))) {
    throw new KeyVaultError(415, 'UnsupportedMediaType', 'The content type must be application/json.');
  }
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw badParameter('The request body is not JSON.');
  }
  return readObject(value, 'body');
}
