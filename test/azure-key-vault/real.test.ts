import { setTimeout } from 'node:timers/promises';
import { describe } from 'vitest';
import { askToken, secretOf, sender } from './client.ts';
import { keyVaultContract } from './contract.ts';

const { AZURE_ACC, AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_KEY_VAULT_URL } = process.env;

/**
 * The same suite over a real premium vault, to see that the embedded one is like it: with AZURE_ACC=1, an application whose
 * access policy has all key permissions, and purge protection off. It purges the keys that it makes.
 */
describe.runIf(AZURE_ACC === '1')('with AZURE_ACC=1', () => {
  keyVaultContract('Azure Key Vault', async () => {
    const [tenantId, clientId, secret, vault] = [
      AZURE_TENANT_ID,
      AZURE_CLIENT_ID,
      AZURE_CLIENT_SECRET,
      AZURE_KEY_VAULT_URL,
    ];
    if (!tenantId || !clientId || !secret || !vault) {
      throw new Error('AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_KEY_VAULT_URL are needed');
    }
    const directory = { loginUrl: 'https://login.microsoftonline.com', tenantId };
    const { body } = await askToken(directory, secretOf({ clientId, secret }));
    const url = vault.replace(/\/$/, '');
    return {
      url,
      send: sender(url, String(body['access_token'])),
      pause: () => setTimeout(2000),
      stop: () => Promise.resolve(),
    };
  });
});
