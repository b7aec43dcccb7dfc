import type { KeyVault } from '../../dev/azure-key-vault/key-vault.ts';

/** An application of the embedded Key Vault. */
export const ALICE = { clientId: 'a11ce000-0000-4000-8000-000000000001', secret: 'alice-secret' };

export const API = '7.4';

/** What came back, with the parts of its JSON that tests read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

interface Body {
  readonly key?: Readonly<Record<string, string>> & { readonly key_ops?: readonly string[] };
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly kid?: string;
  readonly value?: unknown;
  readonly nextLink?: string | null;
  readonly error?: { readonly code: string; readonly message: string; readonly innererror?: { readonly code: string } };
  readonly [member: string]: unknown;
}

/** Sends one request. @param path with its query; `api-version` is added if it is not there */
export type Send = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** @param token undefined for none */
export function sender(url: string, token: string | undefined): Send {
  return async (method, path, body) => {
    const query = path.includes('api-version') ? '' : `${path.includes('?') ? '&' : '?'}api-version=${API}`;
    const response = await fetch(`${path.startsWith('http') ? '' : url}${path}${query}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Body };
  };
}

/** Asks the login endpoint. */
export async function askToken(
  { loginUrl, tenantId }: Pick<KeyVault, 'loginUrl' | 'tenantId'>,
  parameters: Readonly<Record<string, string>>,
  tenant = tenantId,
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  const response = await fetch(`${loginUrl}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  });
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
}

/** Parameters of a token request with Alice's secret. */
export const secretOf = (
  application: { readonly clientId: string; readonly secret: string },
  resource = 'https://vault.azure.net',
): Readonly<Record<string, string>> => ({
  grant_type: 'client_credentials',
  client_id: application.clientId,
  client_secret: application.secret,
  scope: `${resource}/.default`,
});

/** The credentials of an application as a configuration of the engine has them. */
export const credentialsFor = (
  { url, loginUrl, tenantId }: Pick<KeyVault, 'url' | 'loginUrl' | 'tenantId'>,
  application: { readonly clientId: string; readonly secret: string },
): Readonly<Record<string, string>> => ({
  tenant_id: tenantId,
  client_id: application.clientId,
  client_secret: application.secret,
  endpoint: url,
  authority_host: loginUrl,
});

/** Signs in with a secret and returns a sender for the first vault. */
export async function signedIn(
  keyVault: KeyVault,
  application = ALICE,
  { vault, resource }: { readonly vault?: string; readonly resource?: string } = {},
): Promise<Send> {
  const { body } = await askToken(keyVault, secretOf(application, resource));
  const token = body['access_token'];
  if (typeof token !== 'string') throw new Error(`no token: ${JSON.stringify(body)}`);
  return sender(vault === undefined ? keyVault.url : keyVault.vaultUrl(vault), token);
}

/** The members of an error that tests compare. */
export const errorOf = ({ status, body }: Answer): Readonly<Record<string, unknown>> => ({
  status,
  code: body.error?.code,
  inner: body.error?.innererror?.code,
});
