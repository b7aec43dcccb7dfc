import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { outboundAgents } from '../../support/outbound/agents.ts';
import type { Outbound } from '../../support/outbound/outbound.ts';
import { ProviderError } from '../errors.ts';
import { endInTime } from './end-in-time.ts';
import { networkFailure } from './network-failure.ts';
import { printable } from './printable.ts';
import { errorWithoutSecrets } from './redact.ts';

/** Closes idle connections early: firewalls drop them, and what is sent over a dropped one has an unknown outcome. */
const IDLE_TIMEOUT_MS = 5_000;
/** Ends before the timeout of the request, so that the failure is the proxy's. */
const PROXY_TIMEOUT_MS = 4_000;
/** No answer that a driver asks for is as large. */
const LARGEST_ANSWER = 1024 * 1024;
/** By which variable an operator adds certificates, where a cloud's SDKs have none of their own. */
const CA_VARIABLE = 'NODE_EXTRA_CA_CERTS';

export interface RestCallsOptions {
  readonly outbound: Outbound;
  /** For connection, headers and body together, in milliseconds. */
  readonly requestTimeoutMs: number;
  /**
   * Asked before each request; by its text, where and remedy, the request is refused instead of sent. Nothing else keeps a
   * request from a host that must not get it.
   */
  readonly beforeSending: (url: URL) => string | undefined;
}

export interface RestRequest {
  /** The call as errors name it, `cryptoKeys.create`. */
  readonly call: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** http or https, without user and password. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** `URLSearchParams` is sent as a form, anything else as JSON. */
  readonly body?: object;
  /** What the request holds that errors must not repeat. */
  readonly secrets: readonly string[];
  /** An abort does not end it once it may have been sent: its answer says what was made. */
  readonly finishes?: boolean;
}

/** A complete answer, of any status but a redirect that was followed: none is. Nothing of it is to be trusted. */
export interface RestAnswer {
  readonly status: number;
  /** By name in lower case; of a header that came more than once, the values joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, parsed; undefined where it is not JSON. */
  readonly json: unknown;
  readonly text: string;
}

/** Requests to the REST API of a cloud. */
export interface RestCalls {
  /**
   * Sends one request, once.
   *
   * @throws {ProviderError} where there is no complete answer in time; `ambiguous` where the request may have arrived
   */
  send(request: RestRequest, signal: AbortSignal): Promise<RestAnswer>;
  /** The proxy on the way to a URL, without user and password; undefined for a direct connection. */
  proxyTo(url: URL): string | undefined;
  close(): void;
}

/** A small client for JSON over HTTP: no redirects, no retries, one deadline, bounded answers. */
export function restCalls({ outbound, requestTimeoutMs, beforeSending }: RestCallsOptions): RestCalls {
  const { httpAgent, httpsAgent } = outboundAgents({
    ...outbound,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    proxyTimeoutMs: Math.min(PROXY_TIMEOUT_MS, requestTimeoutMs / 2),
  });
  const proxyTo = (url: URL): string | undefined => {
    const found = outbound.route(destinationOf(url));
    return found.by === 'proxy' ? found.proxy.name : undefined;
  };
  const send: RestCalls['send'] = async (request, signal) => {
    const { call, url, secrets, finishes = false } = request;
    const endpoint = nameOf(url, proxyTo(url));
    let sent = false;
    const failure = (why: 'late' | 'cancelled'): ProviderError => {
      const text = why === 'late' ? `no answer from ${endpoint} in time` : 'cancelled';
      const when = sent ? '' : ' before it was sent';
      return new ProviderError('timeout', `${call}: ${text}${when}`, { call, ambiguous: sent });
    };
    try {
      const problem = beforeSending(url);
      if (problem !== undefined) throw new ProviderError('invalid_request', `${call}: ${problem}`, { call });
      return await endInTime({ limitMs: requestTimeoutMs, signal, goesOn: () => finishes && sent, failure }, (own) =>
        exchange(request, url.protocol === 'https:' ? httpsAgent : httpAgent, own, () => {
          sent = true;
        }),
      );
    } catch (error) {
      throw errorWithoutSecrets(toProviderError(call, endpoint, error, sent), secrets);
    }
  };
  return {
    send,
    proxyTo,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

function exchange(
  { method, url, headers, body }: RestRequest,
  agent: http.Agent,
  signal: AbortSignal,
  onSent: () => void,
): Promise<RestAnswer> {
  const [type, payload] =
    body instanceof URLSearchParams
      ? ['application/x-www-form-urlencoded', body.toString()]
      : ['application/json', body && JSON.stringify(body)];
  return new Promise((resolve, reject) => {
    const { request: requestBy } = url.protocol === 'https:' ? https : http;
    const request = requestBy(url, {
      method,
      agent,
      signal,
      headers: {
        accept: 'application/json',
        ...(payload !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(payload) }),
        ...headers,
      },
    });
    request.once('socket', (socket) => {
      onceConnected(socket, request.reusedSocket, onSent);
    });
    // For the lifetime of the request, as a destroyed one may fail twice.
    request.on('error', reject);
    request.once('response', (response) => {
      bodyOf(response).then((text) => {
        resolve({ status: response.statusCode ?? 0, headers: headersOf(response), json: parsed(text), text });
      }, reject);
    });
    request.end(payload);
  });
}

/** Tells when bytes of a request may have left: not before the handshake of TLS is done. */
function onceConnected(socket: Socket, isReused: boolean, onSent: () => void): void {
  const isTls = 'encrypted' in socket;
  if (isReused || (!isTls && !socket.connecting)) onSent();
  else socket.once(isTls ? 'secureConnect' : 'connect', onSent);
}

async function bodyOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    // Throwing inside the loop destroys the connection.
    if (size > LARGEST_ANSWER) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

class TooLarge extends Error {}

function headersOf({ headers }: http.IncomingMessage): RestAnswer['headers'] {
  const entries = Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')] as const);
  return Object.fromEntries(entries);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A destination, for messages. */
function nameOf({ host }: URL, proxy: string | undefined): string {
  return host + (proxy === undefined ? '' : ` (through the proxy at ${proxy})`);
}

function destinationOf({ protocol, hostname, port }: URL): Parameters<Outbound['route']>[0] {
  const isHttps = protocol === 'https:';
  return {
    protocol: isHttps ? 'https:' : 'http:',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (isHttps ? 443 : 80)),
  };
}

function toProviderError(call: string, endpoint: string, error: unknown, sent: boolean): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof TooLarge) {
    return new ProviderError('unavailable', `${call}: the answer of ${endpoint} is larger than 1 MB`, {
      call,
      ambiguous: true,
    });
  }
  const network = error instanceof Error ? networkFailure(error, endpoint, CA_VARIABLE) : undefined;
  if (network) {
    const { reason, text, code, neverSent } = network;
    return new ProviderError(reason, `${call}: ${text} (${code})`, { call, code, ambiguous: sent && !neverSent });
  }
  const text = error instanceof Error ? printable(error.message) : 'unknown failure';
  return new ProviderError(sent ? 'unavailable' : 'invalid_request', `${call}: ${text}`, { call, ambiguous: sent });
}
