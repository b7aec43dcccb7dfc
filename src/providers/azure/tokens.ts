import { secret, type Secret } from '../../support/secret.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { unlessAborted } from '../../support/unless-aborted.ts';
import { fetchToken, type Token, type TokenContext } from './fetch-token.ts';
import type { Settings } from './settings.ts';
import { noCredentials } from './token-failure.ts';

/** A token is not used for the last minutes of its life, at most half of it. */
const MARGIN_MS = 5 * 60_000;
/** One that cannot be renewed is used until shortly before its end. */
const LAST_MS = 30_000;
/** How many tokens and assertions are redacted: messages quote only recent ones. */
const REMEMBERED = 8;

/** Access tokens of an account. */
export interface Tokens {
  /** A token that is valid for minutes. Parallel calls share one request. @throws {ProviderError} never ambiguous */
  get(signal: AbortSignal): Promise<string>;
  /** Forgets a token that was refused. @returns whether another one may do better */
  refuse(token: string): boolean;
  /** All secret values in use, to redact them from messages that may quote them. */
  secrets(): readonly string[];
}

/** @param options - what asking for a token needs, but for the secrets, which are kept here */
export function tokens(options: Omit<TokenContext, 'remember' | 'secrets'>): Tokens {
  const { settings, env } = options;
  const { clock } = options.retry;
  const given = secret(secretsOf(settings, env));
  let seen: readonly Secret<string>[] = [];
  let token: Token | undefined;
  let pending: Promise<Token> | undefined;
  const remember = (text: string): string => {
    seen = [secret(text), ...seen].slice(0, REMEMBERED);
    return text;
  };
  const secrets = (): readonly string[] => [...given.reveal(), ...seen.map((each) => each.reveal())];
  const leftMs = ({ begun, lifetimeMs }: Token): number => begun + lifetimeMs - clock.monotonic();
  const context: TokenContext = { ...options, remember, secrets };

  return {
    secrets,
    refuse(value) {
      if (token?.value.reveal() !== value) return true;
      // One that is as new as can be is not made better by another.
      const isNew = clock.monotonic() - token.begun < LAST_MS;
      if (!isNew) token = undefined;
      return !isNew;
    },
    async get(signal) {
      const kept = token;
      if (kept && leftMs(kept) > Math.min(MARGIN_MS, kept.lifetimeMs / 2)) return kept.value.reveal();
      pending ??= fetchToken(context).finally(() => {
        pending = undefined;
      });
      try {
        const fresh = await unlessAborted(pending, signal);
        token = fresh;
        return fresh.value.reveal();
      } catch (error) {
        if (signal.aborted) throw noCredentials(settings, 'timeout', 'cancelled');
        if (kept && leftMs(kept) > LAST_MS) return kept.value.reveal();
        throw error;
      }
    },
  };
}

function secretsOf({ identity }: Settings, env: Environment): readonly string[] {
  const own =
    identity.by === 'client_secret'
      ? [identity.clientSecret.reveal()]
      : identity.by === 'client_certificate'
        ? [identity.pem?.reveal() ?? '', identity.password?.reveal() ?? '']
        : [];
  const variables = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD', 'IDENTITY_HEADER'];
  return [...own, ...variables.map((name) => env[name] ?? '')].filter((each) => each !== '');
}
