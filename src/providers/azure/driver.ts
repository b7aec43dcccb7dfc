import { notYetSupported } from '../not-yet-supported.ts';
import type { KmsDriver } from '../port.ts';
import { quoted } from '../../support/quoted.ts';

/** Name of a Key Vault (3 to 24 letters, digits and hyphens), or the URL of one. */
const VAULT = /^([a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]|https:\/\/[a-zA-Z0-9.-]+\/?)$/;

/** Names from Vault's documentation. */
const CREDENTIAL_NAMES = ['tenant_id', 'client_id', 'client_secret', 'environment'];

/** Azure Key Vault: provider `azurekeyvault`. */
export function azureDriver(): KmsDriver {
  return notYetSupported({
    kind: 'azurekeyvault',
    help: {
      title: 'Azure Key Vault',
      keyCollection: 'the name of a Key Vault',
      keyCollectionField: 'the name of a Key Vault',
    },
    credentialNames: CREDENTIAL_NAMES,
    validateConfig: ({ keyCollection }) =>
      VAULT.test(keyCollection)
        ? undefined
        : `key_collection ${quoted(keyCollection)} is not a Key Vault: use its name (3 to 24 letters, digits and hyphens) or its URL, https://<name>.vault.azure.net`,
  });
}
