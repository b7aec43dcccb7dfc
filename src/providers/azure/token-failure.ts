import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { textIn } from '../http/members.ts';
import { printable } from '../http/printable.ts';
import type { RestAnswer } from '../http/rest-calls.ts';
import type { Settings } from './settings.ts';

/** Remedies by error code of Microsoft Entra ID ("Microsoft Entra authentication and authorization error codes"). */
const REMEDIES: Readonly<Record<string, string>> = {
  AADSTS7000215: 'the client secret is wrong: give its value, not its id, as client_secret',
  AADSTS7000222: 'the client secret has expired: make another one and give it as client_secret',
  AADSTS7000216: 'a client secret or certificate is missing',
  AADSTS700016: 'the tenant has no application with this client_id: correct client_id or tenant_id',
  AADSTS700027:
    'the certificate is not one of the application: add it there, or give another one as client_certificate',
  AADSTS700024: 'the assertion is not valid now: correct the clock of this machine, or renew the federated token',
  AADSTS700212: 'no federated credential of the application has the audience of the token: correct it there',
  AADSTS700213: 'no federated credential of the application matches the subject of the token: correct it there',
  AADSTS70021: 'no federated credential of the application matches the token: correct issuer and subject there',
  AADSTS90002: 'there is no such tenant in this cloud: correct tenant_id or environment',
  AADSTS900023: 'the tenant is not valid: correct tenant_id',
  AADSTS900382: 'the application is of another cloud: correct environment',
  AADSTS500011: 'the tenant has no Azure Key Vault: correct tenant_id or environment',
  AADSTS53003: 'a conditional access policy of the tenant blocks the application: exempt it, or this network, there',
  AADSTS7000112: 'the application is disabled in the tenant: enable it there',
};
/** Of a description, what is looked at: expressions take quadratic time on a long run of spaces. */
const LONGEST_DESCRIPTION = 1_000;
/** Codes that a retry may mend. */
const TRANSIENT = new Set(['AADSTS90033', 'AADSTS90006', 'AADSTS50196', 'AADSTS90010']);

/**
 * Why a service gave no token, by its answer (RFC 6749 §5.2). Entra ID's description begins with a code, which the remedy
 * follows from; of any other service nothing but the status and a short code is repeated, as its answer may hold a token.
 *
 * @param source - where the credentials are from
 */
export function tokenFailure(source: string, service: string, { status, json }: RestAnswer): ProviderError {
  const error = textIn(json, 'error') ?? '';
  const description = (textIn(json, 'error_description', Infinity) ?? '').slice(0, LONGEST_DESCRIPTION);
  const code = /^(AADSTS\d{4,9})\b/.exec(description)?.[1];
  const text =
    code === undefined
      ? `${service} answers with status ${status}${/^[\w.-]{1,40}$/.test(error) ? ` (${error})` : ''}`
      : `${service} refuses: ${REMEDIES[code] ?? firstSentence(description)} (${code})`;
  return new ProviderError(reasonOf(status, code), `no credentials from ${source}: ${text}`, {
    call: 'credentials',
    code,
  });
}

/** Why there is no token, where no answer tells. */
export function noCredentials({ source }: Settings, reason: ProviderErrorReason, text: string): ProviderError {
  return new ProviderError(reason, `no credentials from ${source}: ${text}`, { call: 'credentials' });
}

function reasonOf(status: number, code: string | undefined): ProviderErrorReason {
  if (status === 429) return 'throttled';
  if (status >= 500 || status < 300 || TRANSIENT.has(code ?? '')) return 'unavailable';
  if (status === 408) return 'timeout';
  return 'unauthenticated';
}

/** Without the trace id and the time behind it. */
function firstSentence(description: string): string {
  const [first = ''] = description.replace(/^AADSTS\d+:\s*/, '').split(/(?:\.\s)|(?:\s*Trace ID:)/);
  return printable(first).slice(0, 300);
}
