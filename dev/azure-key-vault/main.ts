/**
 * The embedded Key Vault as a process of its own: `main.ts '<KeyVaultOptions as JSON>'`, or with them in
 * `KEY_VAULT_OPTIONS`. Prints one line, `{"url", "loginUrl", "identityUrl", "adminUrl", "pid"}`, when it is ready, and ends
 * at SIGTERM or SIGINT. The admin endpoint is always open.
 */
import { startKeyVault, type KeyVaultOptions } from './key-vault.ts';

const options = JSON.parse(process.argv[2] ?? process.env['KEY_VAULT_OPTIONS'] ?? '{}') as KeyVaultOptions;
const keyVault = await startKeyVault({ ...options, admin: true });
const stop = (): void => {
  void keyVault.close();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
const { url, loginUrl, identityUrl, adminUrl } = keyVault;
process.stdout.write(`${JSON.stringify({ url, loginUrl, identityUrl, adminUrl, pid: process.pid })}\n`);
