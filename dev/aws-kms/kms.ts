import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock, type WallClock } from '../../src/support/clock.ts';
import { startAdmin } from '../fake-cloud/admin.ts';
import { newCallLog } from '../fake-cloud/call-log.ts';
import { newFaults, NoAnswer, type Faults } from '../fake-cloud/faults.ts';
import { answer, listen, readBody } from '../fake-cloud/http.ts';
import { newThrottle } from '../fake-cloud/quotas.ts';
import { wrappingKeyRing, type WrappingKeys } from '../fake-cloud/wrapping-keys.ts';
import { KmsError } from './errors.ts';
import { handleCall, type CallHandler, type KmsFaultCall, type LoggedKmsCall } from './handle-call.ts';
import type { IamPolicy } from './iam-policy.ts';
import { applyTime } from './key-state.ts';
import { loadSnapshot, snapshotOf, type AccountSnapshot } from './snapshot.ts';
import { ACCOUNT, newAccount, type Account } from './state.ts';
import { aliasesIn, keysIn, type KeyView } from './views.ts';

export interface KmsOptions {
  /** @default 0, a free port of 127.0.0.1 */
  readonly port?: number;
  /** The users of the account; all others are rejected. */
  readonly accessKeys: readonly {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
    /** Actions, without `kms:`, that the user's policy allows. @default all */
    readonly allow?: readonly string[];
    /** The user's policy; every call that its statements do not allow is denied. @default none but `allow` */
    readonly policy?: IamPolicy;
    /** Id of the user's account, 12 digits. @default 000000000000 */
    readonly account?: string;
  }[];
  /** Clock for signatures and response dates. @default the system clock, also if `clock` is set */
  readonly signatureClock?: WallClock;
  /** For expiry and deletion. */
  readonly clock?: WallClock;
  /** Calls a second by action, in each Region. @default no limit */
  readonly quotas?: Readonly<Record<string, number>>;
  /** Number of look-ups of a new key, by any call, that return NotFoundException. @default 0 */
  readonly consistency?: { readonly lookups: number };
  /** Source of wrapping keys. Several KMSs of one process can share it, because generating RSA keys is slow. */
  readonly wrappingKeys?: WrappingKeys;
  /** What the account without an id holds at first. @default nothing */
  readonly snapshot?: AccountSnapshot;
  /** Whether to open the admin endpoint (dev/fake-cloud/admin.ts). @default false */
  readonly admin?: boolean;
}

/** A running embedded KMS: all Regions, one endpoint, and one account unless access keys specify others. */
export interface Kms {
  /** Endpoint for clients, without a trailing slash. */
  readonly url: string;
  readonly adminUrl?: string;
  calls(): readonly LoggedKmsCall[];
  keys(region: string, account?: string): readonly KeyView[];
  /** Key ids by alias name. */
  aliases(region: string, account?: string): Readonly<Record<string, string>>;
  /** All that the account without an id holds now, to be given to another KMS. */
  snapshot(): AccountSnapshot;
  readonly faults: Faults<KmsFaultCall>;
  close(): Promise<void>;
}

/**
 * Starts an AWS KMS in this process, on 127.0.0.1, with an account that is empty unless a snapshot is given.
 *
 * @throws {Error} when the port is in use
 */
export async function startKms(options: KmsOptions): Promise<Kms> {
  const clock = options.clock ?? systemClock;
  const accounts = new Map<string, Account>();
  const account = (id = ACCOUNT): Account => {
    const known = accounts.get(id) ?? newAccount(id);
    accounts.set(id, known);
    return known;
  };
  if (options.snapshot) loadSnapshot(account(), options.snapshot);
  const log = newCallLog<LoggedKmsCall>();
  const { faults, choose } = newFaults<KmsFaultCall>();
  const handler: CallHandler = {
    account,
    accessKeys: options.accessKeys,
    now: () => clock.now(),
    signatureNow: () => (options.signatureClock ?? systemClock).now(),
    lookups: options.consistency?.lookups ?? 0,
    wrappingKeys: options.wrappingKeys ?? wrappingKeyRing(),
    throttle: newThrottle(options.quotas ?? {}),
    log,
    chooseFault: choose,
  };
  const server = await listen(options.port ?? 0, (request, response) => serve(handler, request, response));
  const current = (id?: string): Account => {
    applyTime(account(id), clock.now());
    return account(id);
  };
  const kms = {
    url: server.url,
    calls: () => log.calls(),
    keys: (region: string, id?: string) => keysIn(current(id).region(region)),
    aliases: (region: string, id?: string) => aliasesIn(current(id).region(region)),
    snapshot: () => snapshotOf(current()),
    faults,
  };
  const state = (query: URLSearchParams): unknown => {
    const region = query.get('region') ?? 'us-east-1';
    return { keys: kms.keys(region), aliases: kms.aliases(region) };
  };
  const admin = options.admin === true ? await startAdmin({ ...kms, state }) : undefined;
  return {
    ...kms,
    ...(admin === undefined ? {} : { adminUrl: admin.url }),
    async close() {
      await Promise.all([server.close(), admin?.close()]);
    },
  };
}

const CONTENT_TYPE = 'application/x-amz-json-1.1';

async function serve(handler: CallHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
  const requestId = randomUUID();
  response.setHeader('x-amzn-requestid', requestId);
  response.setHeader('date', new Date(handler.signatureNow()).toUTCString());
  try {
    const signed = { method: request.method ?? '', url: request.url ?? '/', headers, body };
    answer(response, 200, await handleCall(handler, signed, requestId), CONTENT_TYPE);
  } catch (error) {
    if (error instanceof NoAnswer) {
      if (error.how === 'dropped') request.socket.destroy();
      return;
    }
    const { code, message, status } =
      error instanceof KmsError ? error : new KmsError('KMSInternalException', String(error), 500);
    answer(response, status, { __type: code, message }, CONTENT_TYPE);
  }
}
