import { ProviderError } from '../errors.ts';
import { inCall } from '../http/in-call.ts';
import { errorWithoutSecrets } from '../http/redact.ts';
import type { RestAnswer, RestCalls, RestRequest } from '../http/rest-calls.ts';
import { readBundle, readPage, type KeyVersion, type Page } from './key-bundle.ts';
import type { Settings } from './settings.ts';
import type { Tokens } from './tokens.ts';
import { requestIdOf, vaultFailure, type Permission } from './vault-failure.ts';

/** A request to a vault. */
export interface Sent {
  readonly call: string;
  readonly permission: Permission;
  readonly method: RestRequest['method'];
  /** Absolute, of the vault. */
  readonly url: URL;
  readonly body?: object;
  readonly finishes?: boolean;
  readonly generates?: boolean;
}

/** The key that an answer has to be of, and its version where one was asked for. */
export interface Wanted {
  readonly name: string;
  readonly version: string | undefined;
}

export interface SenderOptions {
  readonly settings: Settings;
  /** @returns why nothing may be sent to the vault */
  readonly trusted: () => string | undefined;
  readonly rest: RestCalls;
  /** For a request that generates a key. */
  readonly patient: RestCalls;
  readonly token: Tokens;
}

/** Sends a request with a token, once more with another one where that is refused, and reads the answer. */
export interface Sender {
  readonly bundle: (sent: Sent, wanted: Wanted, signal: AbortSignal) => Promise<KeyVersion>;
  /** @param next - the link to the page; undefined for the first */
  readonly page: (first: URL, call: string, next: string | undefined, signal: AbortSignal) => Promise<Page>;
}

/** The way of all requests with a token to a vault; each rejects with a ProviderError only, without secrets in its texts. */
export function sender({ settings, trusted, rest, patient, token }: SenderOptions): Sender {
  const { endpoint, vault } = settings;
  const { isManagedHsm } = vault;
  const origins = [...new Set([vault.url, originOf(endpoint)])];
  const host = hostOf(endpoint);

  const send = async (
    { call, permission, generates = false, ...request }: Sent,
    signal: AbortSignal,
  ): Promise<RestAnswer> => {
    const problem = trusted();
    if (problem !== undefined) throw new ProviderError('invalid_request', `${call}: ${problem}`, { call });
    const by = generates ? patient : rest;
    const secrets = (): readonly string[] => [...token.secrets(), ...privatePartsOf(request.body)];
    for (let isAgain = false; ; isAgain = true) {
      const value = await token.get(signal).catch((error: unknown) => {
        throw inCall(call, error);
      });
      const headers = { authorization: `Bearer ${value}` };
      const answer = await by.send({ call, ...request, headers, secrets: secrets() }, signal);
      if (answer.status >= 200 && answer.status < 300) return answer;
      // A refused token has no effect: the request may be sent again with another one.
      if (answer.status === 401 && token.refuse(value) && !isAgain) continue;
      throw errorWithoutSecrets(vaultFailure({ call, permission, isManagedHsm }, host, answer), secrets());
    }
  };

  const bundle = async (sent: Sent, wanted: Wanted, signal: AbortSignal): Promise<KeyVersion> => {
    const answer = await send(sent, signal);
    const read = readBundle(answer.json, origins, wanted, requestIdOf(answer.headers));
    if (read) return read;
    throw unreadable(sent);
  };

  const page = async (first: URL, call: string, next: string | undefined, signal: AbortSignal): Promise<Page> => {
    const url = next === undefined ? first : nextOf(next, first);
    const sent: Sent = { call, permission: 'list', method: 'GET', url };
    const read = readPage((await send(sent, signal)).json, origins);
    if (read) return read;
    throw unreadable(sent);
  };

  /** A link of an answer leads to the same list of the same vault, or nowhere. */
  const nextOf = (link: string, first: URL): URL => {
    const url = URL.canParse(link) ? new URL(link) : undefined;
    if (url && origins.includes(url.origin) && url.pathname === first.pathname) {
      return new URL(`${url.pathname}${url.search}`, endpoint);
    }
    throw new ProviderError('unavailable', `KeyList: the answer of ${host} leads to another vault`, {
      call: 'KeyList',
    });
  };

  const unreadable = ({ call }: Sent): ProviderError =>
    new ProviderError('unavailable', `${call}: the answer of ${host} cannot be read, or is of another key`, {
      call,
      ambiguous: true,
    });

  return { bundle, page };
}

/** What is secret in the key of an import that nothing wraps (RFC 7518 §6.3.2), as whoever got it may quote it. */
function privatePartsOf(body: object | undefined): readonly string[] {
  const { key } = (body ?? {}) as { readonly key?: Readonly<Record<string, unknown>> };
  return ['d', 'p', 'q', 'dp', 'dq', 'qi'].flatMap((name) => {
    const value = key?.[name];
    return typeof value === 'string' ? [value] : [];
  });
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the endpoint';
}
