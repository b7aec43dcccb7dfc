import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { secret, type Secret } from '../support/secret.ts';
import type { ServerTrust } from './server-trust.ts';

/** Less than the minute after which a host gives up on a plugin that is starting. */
const TIMEOUT_MS = 30_000;
const REDIRECTS: readonly (number | undefined)[] = [301, 302, 307, 308];

/**
 * Sends `PUT` with the body `null` to the server that has started the plugin, and follows one redirect, as a standby
 * gives it.
 *
 * @param token proves who asks
 * @returns the body of the answer, which holds secrets
 * @throws {Error} with method, address and status where it is not 2xx; never with a body, which may hold secrets
 */
export async function putNull(url: URL, token: Secret<string>, trust: ServerTrust): Promise<Secret<string>> {
  const first = await put(url, token, trust);
  const location = REDIRECTS.includes(first.statusCode) ? first.headers.location : undefined;
  if (location === undefined) return bodyOf(first, url);
  first.resume();
  const next = new URL(location, url);
  if (url.protocol === 'https:' && next.protocol !== 'https:') {
    throw new Error(`PUT ${url.href}: the server redirects to ${next.href}, which is not encrypted`);
  }
  return bodyOf(await put(next, token, trust), next);
}

function put(url: URL, token: Secret<string>, trust: ServerTrust): Promise<IncomingMessage> {
  const body = 'null';
  const options = {
    method: 'PUT',
    headers: {
      'X-Vault-Token': token.reveal(),
      'X-Vault-Request': 'true',
      'Content-Type': 'application/json',
      'Content-Length': body.length,
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  return new Promise((resolve, reject) => {
    // Not with the error itself as its cause: one about an answer carries what was received.
    const fail = (error: Error): void => {
      reject(new Error(`PUT ${url.href}: ${error.message}`));
    };
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, ...trust, ca: trust.ca && [...trust.ca], key: trust.key?.reveal() }, resolve)
        : requestHttp(url, options, resolve);
    request.on('error', fail);
    request.end(body);
  });
}

async function bodyOf(response: IncomingMessage, url: URL): Promise<Secret<string>> {
  const body = await text(response);
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw new Error(`PUT ${url.href}: the server answers ${status}`);
  return secret(body);
}
