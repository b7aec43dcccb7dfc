import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKeyVault } from '../../../azure-key-vault/key-vault.ts';
import type { DemoCloud } from '../../cloud.ts';
import { applicationOf } from './application.ts';
import { azureScenes } from './scenes.ts';

const VAULT = 'demo-vault';
/** The five of Vault's documentation: all that the engine is given. */
const ENGINE = ['create', 'delete', 'get', 'import', 'update'] as const;
const APPLICATION = ['get', 'encrypt', 'decrypt'] as const;

/** Starts an embedded premium Key Vault with an application for the engine, and one that uses the key. */
export async function startAzure(): Promise<DemoCloud> {
  const newApplication = (): { readonly clientId: string; readonly secret: string } => ({
    clientId: randomUUID(),
    secret: randomBytes(30).toString('base64url'),
  });
  const [engine, application] = [newApplication(), newApplication()];
  const permissions = { [engine.clientId]: ENGINE, [application.clientId]: APPLICATION };
  const keyVault = await startKeyVault({
    applications: [engine, application],
    vaults: [{ name: VAULT, permissions }],
  });
  const { url: endpoint, loginUrl, tenantId } = keyVault;
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  const file = join(folder, 'azure.json');
  // As a file, because other users of the machine may read the arguments of a command.
  const credentials = {
    tenant_id: tenantId,
    client_id: engine.clientId,
    client_secret: engine.secret,
    endpoint,
    authority_host: loginUrl,
  };
  const provider = { provider: 'azurekeyvault', key_collection: VAULT, credentials };
  await writeFile(file, JSON.stringify(provider), { mode: 0o600 });
  const send = await applicationOf({ vaultUrl: endpoint, loginUrl, tenantId, ...application });
  return {
    ...{ provider: 'azurekeyvault', service: 'Azure Key Vault', name: 'Azure', kms: 'azure', keyCollection: VAULT },
    ...{ keyType: 'rsa-3072', endpoint },
    allowed: [endpoint, loginUrl],
    secrets: { client_secret: engine.secret, 'client_secret of the application': application.secret },
    writeArguments: [`@${file}`],
    client: `requests to ${endpoint}, as the application ${application.clientId}`,
    scenes: azureScenes(send),
    async close() {
      await rm(folder, { recursive: true, force: true });
      await keyVault.close();
    },
  };
}
