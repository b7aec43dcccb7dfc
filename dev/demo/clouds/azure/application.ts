/** An answer of Key Vault, with its HTTP status. */
export interface KeyVaultAnswer {
  readonly status: number;
  readonly json: KeyVaultJson;
}

/** The members that the demo checks. */
export interface KeyVaultJson {
  readonly kid?: string;
  readonly value?: string;
  readonly key?: { readonly kid: string; readonly kty: string; readonly key_ops: readonly string[] };
  readonly attributes?: { readonly enabled: boolean };
  readonly error?: { readonly code: string };
}

/** Sends a request about the keys of one vault. @param path below `/`, `keys/<name>` say */
export type SendToKeyVault = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<KeyVaultAnswer>;

export interface ApplicationOptions {
  readonly vaultUrl: string;
  readonly loginUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly secret: string;
}

/** A client of an application: it signs in with its secret, as with Microsoft Entra ID, and sends what it is told. */
export async function applicationOf(options: ApplicationOptions): Promise<SendToKeyVault> {
  const { vaultUrl, loginUrl, tenantId, clientId, secret } = options;
  const response = await fetch(`${loginUrl}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
      scope: 'https://vault.azure.net/.default',
    }),
  });
  const { access_token } = (await response.json()) as { readonly access_token: string };
  return async (method, path, body) => {
    const answer = await fetch(`${vaultUrl}/${path}?api-version=7.4`, {
      method,
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: (await answer.json()) as KeyVaultJson };
  };
}
