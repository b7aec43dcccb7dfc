import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock, type WallClock } from '../../src/support/clock.ts';
import { startAdmin } from '../fake-cloud/admin.ts';
import { newCallLog } from '../fake-cloud/call-log.ts';
import { newFaults, NoAnswer, type Faults } from '../fake-cloud/faults.ts';
import { answer, listen, readBody } from '../fake-cloud/http.ts';
import { newThrottle } from '../fake-cloud/quotas.ts';
import { wrappingKeyRing, type WrappingKeys } from '../fake-cloud/wrapping-keys.ts';
import { applyTime, jobState } from './clock-effects.ts';
import type { Pending } from './context.ts';
import { asName } from './enums.ts';
import { GoogleError, renderError } from './errors.ts';
import { handleCall, type CallHandler } from './handle-call.ts';
import type { IdentityContext } from './identity/identity-call.ts';
import { serveIdentity } from './identity/identity-server.ts';
import type { ServiceAccountOptions, WorkloadIdentity } from './identity/principals.ts';
import { newTokens } from './identity/tokens.ts';
import { addRing } from './key-rings.ts';
import { envelopesIn, keyView, type Envelope, type KeyView } from './key-view.ts';
import { newLogCall, type GcpFaultCall, type LoggedGcpCall } from './log-call.ts';
import { loadSnapshot, snapshotOf, type RingsSnapshot } from './snapshot.ts';
import type { Rings } from './state.ts';

export interface GcpKmsOptions {
  /** Of Cloud KMS, and of the token services. @default 0, a free port of 127.0.0.1 */
  readonly port?: number;
  readonly identityPort?: number;
  /** The service accounts, and what each may do (identity/principals.ts). newServiceAccount makes one. */
  readonly serviceAccounts: readonly ServiceAccountOptions[];
  /** Resource names of key rings that exist. @default one: RING */
  readonly keyRings?: readonly string[];
  /** Whose tokens the Security Token Service takes. @default nobody's */
  readonly workloadIdentity?: WorkloadIdentity;
  /** Email of the service account that the metadata server gives tokens for. @default none, as outside Google Cloud */
  readonly attachedServiceAccount?: string;
  /** Further values of `aud` in an assertion, for a token endpoint that is reached by another URL. */
  readonly tokenAudiences?: readonly string[];
  /** For tokens and their signatures. @default the system clock, also if `clock` is set */
  readonly signatureClock?: WallClock;
  /** For import jobs and scheduled destruction. */
  readonly clock?: WallClock;
  /**
   * How long wrapping keys and imports take: reads of the job or version that show the old state, and milliseconds.
   *
   * @default one read each
   */
  readonly pending?: Partial<Pending>;
  /**
   * Number of uses for which a version that was disabled still works and an encryption uses the primary version before.
   * All other changes are strongly consistent (Cloud KMS resource consistency).
   *
   * @default 0
   */
  readonly staleUses?: number;
  /** Calls a second: `read`, `write` and `crypto`, in each project. @default no limit */
  readonly quotas?: Readonly<Partial<Record<'read' | 'write' | 'crypto', number>>>;
  /** Source of wrapping keys. Several fakes of one process can share it, because generating RSA keys is slow. */
  readonly wrappingKeys?: WrappingKeys;
  /** What there is at first, beside `keyRings`. @default nothing */
  readonly snapshot?: RingsSnapshot;
  /** Whether to open the admin endpoint (dev/fake-cloud/admin.ts). @default false */
  readonly admin?: boolean;
}

/** The key ring that exists unless options name others. */
export const RING = 'projects/acme-prod/locations/us-east1/keyRings/vault';

/** A running Cloud KMS, with Google's token services. */
export interface GcpKms {
  /** Endpoint of Cloud KMS, without a trailing slash. */
  readonly url: string;
  /**
   * Base of the token services: `/token` (OAuth), `/v1/token` (Security Token Service),
   * `/v1/projects/-/serviceAccounts/<email>:generateAccessToken`, and `/computeMetadata/v1` (metadata server).
   */
  readonly identityUrl: string;
  readonly adminUrl?: string;
  /** Calls to both, in order of arrival. */
  calls(): readonly LoggedGcpCall[];
  /** The crypto keys of a ring, as they are now. */
  keys(ring?: string): readonly KeyView[];
  /** Resource names and states of the import jobs of a ring. */
  importJobs(ring?: string): Readonly<Record<string, string>>;
  /** What was sent to each version of a ring, and the key that opens it. */
  envelopes(ring?: string): readonly Envelope[];
  /** All that there is now, to be given to another fake. */
  snapshot(): RingsSnapshot;
  /** All access tokens that were issued, those that have ended too. */
  issuedTokens(): readonly string[];
  /** Ends all access tokens. */
  revokeTokens(): void;
  readonly faults: Faults<GcpFaultCall>;
  close(): Promise<void>;
}

/**
 * Starts a Google Cloud KMS in this process, on 127.0.0.1, without crypto keys unless a snapshot is given.
 *
 * @throws {Error} when a port is in use
 */
export async function startGcpKms(options: GcpKmsOptions): Promise<GcpKms> {
  const clock = options.clock ?? systemClock;
  const signatureClock = options.signatureClock ?? systemClock;
  const rings: Rings = new Map();
  for (const name of options.keyRings ?? [RING]) addRing(rings, name, clock.now());
  if (options.snapshot) loadSnapshot(rings, options.snapshot);
  const log = newCallLog<LoggedGcpCall>();
  const { faults, choose } = newFaults<GcpFaultCall>();
  const logCall = newLogCall(log, choose);
  const accounts = options.serviceAccounts;
  const tokens = newTokens(accounts, () => signatureClock.now());
  const handler: CallHandler = {
    ...{ rings, tokens, logCall, clockNow: () => clock.now() },
    wrappingKeys: options.wrappingKeys ?? wrappingKeyRing(),
    pending: { jobReads: 1, jobMs: 0, importReads: 1, importMs: 0, ...options.pending },
    staleUses: options.staleUses ?? 0,
    throttle: newThrottle(options.quotas ?? {}),
  };
  const server = await listen(options.port ?? 0, (request, response) => serve(handler, request, response));
  const identity = await listen(options.identityPort ?? 0, (request, response) => {
    const context: IdentityContext = {
      ...{ tokens, accounts, workloadIdentity: options.workloadIdentity, attached: options.attachedServiceAccount },
      audiences: [`${identity.url}/token`, GOOGLE_AUDIENCE, ...(options.tokenAudiences ?? [])],
      now: signatureClock.now(),
    };
    return answering(request, () => serveIdentity(context, logCall, request, response));
  });
  const ringOf = (name: string) => {
    const ring = rings.get(name);
    if (ring) applyTime(ring, clock.now());
    return ring;
  };
  const kms = {
    url: server.url,
    identityUrl: identity.url,
    calls: () => log.calls(),
    keys(name = RING) {
      const keys = [...(ringOf(name)?.keys.values() ?? [])];
      return keys.map((key) => keyView(key, asName));
    },
    importJobs(name = RING) {
      const jobs = [...(ringOf(name)?.importJobs.values() ?? [])];
      return Object.fromEntries(jobs.map((job) => [job.name, jobState(job, clock.now())]));
    },
    envelopes: (name = RING) => envelopesIn(rings.get(name)),
    snapshot: () => snapshotOf(rings),
    issuedTokens: () => tokens.all(),
    revokeTokens() {
      tokens.revoke();
    },
    faults,
  };
  const state = (query: URLSearchParams): unknown => {
    const ring = query.get('ring') ?? RING;
    return { keys: kms.keys(ring), importJobs: kms.importJobs(ring) };
  };
  const admin = options.admin === true ? await startAdmin({ ...kms, state }) : undefined;
  return {
    ...kms,
    ...(admin === undefined ? {} : { adminUrl: admin.url }),
    async close() {
      await Promise.all([server.close(), identity.close(), admin?.close()]);
    },
  };
}

/** What `aud` is when a key's file has the token endpoint of Google itself. */
const GOOGLE_AUDIENCE = 'https://oauth2.googleapis.com/token';

async function serve(handler: CallHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  await answering(request, async () => {
    const JSON_TYPE = 'application/json; charset=UTF-8';
    try {
      const { method = '', headers } = request;
      answer(response, 200, await handleCall(handler, { method, url, headers, body }), JSON_TYPE);
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      const google = error instanceof GoogleError ? error : new GoogleError('INTERNAL', String(error), 500);
      if (google.status === 401) response.setHeader('www-authenticate', 'Bearer realm="https://accounts.google.com/"');
      answer(response, google.status, renderError(google), JSON_TYPE);
    }
  });
}

/** Leaves a client without a response where a fault wants that. */
async function answering(request: IncomingMessage, respond: () => Promise<void>): Promise<void> {
  try {
    await respond();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (error.how === 'dropped') request.socket.destroy();
  }
}
