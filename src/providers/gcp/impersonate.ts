import { textIn } from '../http/members.ts';
import { accepted, failure, isToken, LIFETIME_S, LONGEST_TOKEN, type FetchedToken } from './token-answer.ts';
import type { TokenContext } from './token-context.ts';

/** Fetches a token of another service account (IAM Credentials API, generateAccessToken). */
export async function impersonate(
  context: TokenContext,
  target: string,
  delegates: readonly string[],
  token: string,
  scope: string,
  signal: AbortSignal,
): Promise<FetchedToken> {
  const { services, clock, secrets, onSecret } = context;
  const url = new URL(target);
  const headers = { authorization: `Bearer ${token}` };
  const body = { scope: [scope], lifetime: `${LIFETIME_S}s`, ...(delegates.length > 0 && { delegates }) };
  const call = 'generateAccessToken';
  const answer = await services.send({ call, method: 'POST', url, headers, body, secrets: secrets() }, signal);
  const json = accepted(url, answer);
  const issued = textIn(json, 'accessToken', LONGEST_TOKEN);
  const lifetimeMs = Date.parse(textIn(json, 'expireTime') ?? '') - clock.now();
  if (!issued || !isToken(issued) || Number.isNaN(lifetimeMs))
    throw failure('unavailable', `the answer of ${url.host} has no token`);
  onSecret(issued);
  return { token: issued, lifetimeMs: Math.min(lifetimeMs, LIFETIME_S * 1_000) };
}
