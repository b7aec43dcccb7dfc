import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ServerTrust } from './server-trust.ts';

/** Less than the minute after which a host gives up on a plugin that is starting. */
const TIMEOUT_MS = 30_000;
const REDIRECTS: readonly (number | undefined)[] = [301, 302, 307, 308];

/**
 * Sends `PUT` with the body `null` to the server that has started the plugin, and follows one redirect, as a standby
 * gives it.
 *
 * @returns the body of the answer
 * @throws {Error} with method, address and status where it is not 2xx; never with a body, which may hold secrets
 */
export async function putNull(url: URL, headers: Record<string, string>, trust: ServerTrust): Promise<string> {
  const first = await put(url, headers, trust);
  const location = REDIRECTS.includes(first.statusCode) ? first.headers.location : undefined;
  if (location === undefined) return bodyOf(first, url);
  first.resume();
  const next = new URL(location, url);
  if (url.protocol === 'https:' && next.protocol !== 'https:') {
    throw new Error(`PUT ${url.href}: the server redirects to ${next.href}, which is not encrypted`);
  }
  return bodyOf(await put(next, headers, trust), next);
}

function put(url: URL, headers: Record<string, string>, trust: ServerTrust): Promise<IncomingMessage> {
  const body = 'null';
  const options = {
    method: 'PUT',
    headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': body.length },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(new Error(`PUT ${url.href}: ${error.message}`, { cause: error }));
    };
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, ...trust, ca: trust.ca && [...trust.ca] }, resolve)
        : requestHttp(url, options, resolve);
    request.on('error', fail);
    request.end(body);
  });
}

async function bodyOf(response: IncomingMessage, url: URL): Promise<string> {
  const body = await text(response);
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw new Error(`PUT ${url.href}: the server answers ${status}`);
  return body;
}
