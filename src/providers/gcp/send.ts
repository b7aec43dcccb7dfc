import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { ProviderError } from '../errors.ts';
import { inCall } from '../http/in-call.ts';
import { errorWithoutSecrets } from '../http/redact.ts';
import type { RestAnswer, RestCalls, RestRequest } from '../http/rest-calls.ts';
import type { ProviderConfig } from '../port.ts';
import { checkEndpoint, kmsOrigin } from './endpoint.ts';
import { statusError } from './status-error.ts';
import type { Token, Tokens } from './tokens.ts';

/** A request to the key ring of an account. */
export interface Sent extends Pick<RestRequest, 'call' | 'method' | 'body' | 'finishes'> {
  /** Behind the name of the key ring. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** What the call takes, where it takes one. */
  readonly permission?: string;
}

export interface SenderOptions {
  readonly config: ProviderConfig;
  readonly env: Environment;
  readonly kms: RestCalls;
  readonly held: Tokens;
}

/** Sends a request with a token, once more with another one where that is refused, and reads the answer. */
export type Send = <T>(sent: Sent, signal: AbortSignal, read: (json: unknown) => T | undefined) => Promise<T>;

/** The way of all requests to Cloud KMS; each rejects with a ProviderError only, without secrets in its texts. */
export function sender({ config, env, kms, held }: SenderOptions): Send {
  const ring = config.keyCollection;
  const origin = kmsOrigin(config);

  const authorized = async (
    { call, method, body, finishes, path, query = {} }: Sent,
    token: Token,
    signal: AbortSignal,
  ): Promise<RestAnswer> => {
    const url = new URL(`${origin}/v1/${ring}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const { value, quotaProject } = token;
    const headers = {
      authorization: `Bearer ${value.reveal()}`,
      ...(quotaProject !== undefined && { 'x-goog-user-project': quotaProject }),
    };
    const request = { call, method, url, headers, secrets: held.secrets() };
    return kms.send({ ...request, ...(body && { body }), ...(finishes && { finishes }) }, signal);
  };

  const tokenFor = (call: string, signal: AbortSignal): Promise<Token> =>
    held.get(signal).catch((error: unknown) => {
      throw inCall(call, error);
    });

  return async (sent, signal, read) => {
    const { call, permission } = sent;
    const { host } = new URL(origin);
    try {
      const problem = checkEndpoint(config, env);
      if (problem !== undefined) throw new ProviderError('invalid_request', `${call}: ${problem}`, { call });
      let token = await tokenFor(call, signal);
      let answer = await authorized(sent, token, signal);
      if (answer.status === 401) {
        held.forget(token);
        // It may have been revoked since; a request that was not authenticated had no effect.
        if (!token.isNew) {
          token = await tokenFor(call, signal);
          answer = await authorized(sent, token, signal);
        }
      }
      if (answer.status < 200 || answer.status >= 300) throw statusError(call, permission, host, answer);
      const found = read(answer.json);
      if (found !== undefined) return found;
      const text = `${call}: the answer of ${host} cannot be read`;
      throw new ProviderError('unavailable', text, { call, ambiguous: true });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      throw errorWithoutSecrets(error, held.secrets());
    }
  };
}
