import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSocketServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { createPrivateKey } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { RING, type GcpKms } from '../../../dev/gcp-kms/kms.ts';
import { knownSecrets, refuseLeaks } from '../../../dev/secrecy/known-secrets.ts';
import { gcpDriver, type GcpDriverOptions } from '../../../src/providers/gcp/driver.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import type { KmsClient } from '../../../src/providers/port.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';
import { listen } from '../../support/listen.ts';
import { credentialsOf, keyFileFor, VAULT } from './harness.ts';

const urlOf = async (server: Server): Promise<string> => `http://${await listen(server)}`;
/** A server of HTTP, by its URL. */
export const serve = (answer: RequestListener): Promise<string> => urlOf(createServer(answer));
/** A server that says what it likes, by its URL. */
export const serveBytes = (answer: (socket: Socket) => void): Promise<string> => urlOf(createSocketServer(answer));

/** Answers everything alike. */
export const saying =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    void response
      .writeHead(status, headers)
      .end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));

/** A request to a {@link Front}. */
export interface Asked {
  readonly method: string;
  /** Behind the name of the key ring: `/cryptoKeys/k/cryptoKeyVersions/1:destroy`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer of the fake. */
export interface Said {
  readonly name: string;
  readonly primary?: Said;
  readonly publicKey?: object;
  readonly cryptoKeyVersions?: readonly Said[];
  readonly cryptoKeys?: readonly Said[];
}

/** What is said instead. */
export type Change = (json: Said, asked: Asked) => unknown;

/** An endpoint that passes requests on to a fake, and changes what it says. */
export interface Front {
  readonly url: string;
  readonly asked: readonly Asked[];
  change: Change;
}

export async function frontOf(kms: Pick<GcpKms, 'url'>, change: Change = (json) => json): Promise<Front> {
  const asked: Asked[] = [];
  const url = await serve((request, response) => {
    void (async () => {
      const { method = '', headers } = request;
      const { pathname, searchParams: query, search } = new URL(request.url ?? '', 'http://front');
      const body = (await buffer(request)).toString();
      const one = { method, path: pathname.replace(`/v1/${RING}`, ''), query, headers, body };
      asked.push(one);
      const real = await fetch(`${kms.url}${pathname}${search}`, {
        method,
        headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
        ...(body !== '' && { body }),
      });
      const json = (await real.json()) as Said;
      const said = real.ok ? front.change(json, one) : json;
      response.writeHead(real.status).end(typeof said === 'string' ? said : JSON.stringify(said));
    })().catch(() => response.destroy());
  });
  const front: Front = { url, asked, change };
  return front;
}

export interface Hostile {
  /** Of Cloud KMS. */
  readonly endpoint: string;
  /** Where tokens come from. */
  readonly identityUrl: string;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly requestTimeoutMs?: number;
  readonly retry?: GcpDriverOptions['retry'];
}

/** Whatever is tried again is tried once. */
function repeatOnce(): GcpDriverOptions['retry'] {
  let waited = 0;
  const wait = async (): Promise<void> => void (waited += 40_000);
  return { clock: clockOf(() => Date.now() + waited), random: () => 0, wait };
}

/** A client of an endpoint that the operator has allowed. */
export function clientOf({
  endpoint,
  identityUrl,
  credentials,
  env,
  requestTimeoutMs = 10_000,
  retry,
}: Hostile): KmsClient {
  const driver = gcpDriver({
    env: { ...allowing(endpoint, identityUrl), ...env },
    retry: retry ?? repeatOnce(),
    requestTimeoutMs,
  });
  const client = driver.connect({
    keyCollection: RING,
    credentials: credentialsOf({ endpoint, ...(credentials ?? { credentials_json: keyFileFor({ identityUrl }) }) }),
  });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

/** Fails where a text holds the service account's key, or a token of it. */
export function refuseSecrets(where: string, seen: unknown): void {
  const secrets = knownSecrets();
  const der = createPrivateKey(VAULT.privateKey).export({ format: 'der', type: 'pkcs8' });
  secrets.add('private_key', der);
  const text = inspect(seen, { depth: 9, showHidden: true, maxStringLength: null, maxArrayLength: null });
  refuseLeaks(secrets.leaksIn([{ where, text }]));
  // Tokens of the fake, and assertions.
  const token = /ya29\.c\.[\w-]{8}|eyJ[\w-]{8,}\./.exec(text);
  if (token !== null) throw new Error(`a token was seen in ${where}`);
}

/** What a call fails with, which has to be a ProviderError in one line, without a secret. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    (value) => new Error(`no failure, but ${inspect(value, { depth: 6 })}`),
    (reason: unknown) => reason,
  );
  refuseSecrets('an error', error);
  if (!(error instanceof ProviderError)) throw error;
  if (/[\u0000-\u001f\u007f\u202e]/.test(error.message)) throw new Error('a control character in an error');
  return error;
}
