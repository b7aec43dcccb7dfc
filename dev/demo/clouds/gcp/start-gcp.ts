import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyFile, newServiceAccount, type ServiceAccount } from '../../../gcp-kms/identity/service-account.ts';
import { RING, startGcpKms } from '../../../gcp-kms/kms.ts';
import type { DemoCloud } from '../../cloud.ts';
import { applicationOf } from './application.ts';
import { gcpScenes } from './scenes.ts';

/** The nine of Vault's documentation: all that the engine is given. */
const ENGINE = [
  ...['cryptoKeys.create', 'cryptoKeys.update', 'importJobs.create', 'importJobs.get', 'importJobs.useToImport'],
  ...['cryptoKeyVersions.create', 'cryptoKeyVersions.list', 'cryptoKeyVersions.update', 'cryptoKeyVersions.destroy'],
];
const APPLICATION = [
  ...['cryptoKeyVersions.useToEncrypt', 'cryptoKeyVersions.useToDecrypt', 'cryptoKeys.get', 'cryptoKeyVersions.get'],
];

/** Starts a fake Google Cloud KMS with a service account for the engine, and one for an application. */
export async function startGcp(): Promise<DemoCloud> {
  const engine = newServiceAccount('vault');
  const application = newServiceAccount('application');
  const granted = (account: ServiceAccount, permissions: readonly string[]) => ({
    ...account,
    allow: permissions.map((permission) => `cloudkms.${permission}`),
  });
  const gcp = await startGcpKms({ serviceAccounts: [granted(engine, ENGINE), granted(application, APPLICATION)] });
  const { url: endpoint, identityUrl } = gcp;
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  const file = join(folder, 'gcp.json');
  const credentials_json = JSON.stringify(keyFile(engine, `${identityUrl}/token`));
  // As a file, because other users of the machine may read the arguments of a command.
  const provider = { provider: 'gcpckms', key_collection: RING, credentials: { credentials_json, endpoint } };
  await writeFile(file, JSON.stringify(provider), { mode: 0o600 });
  return {
    ...{
      provider: 'gcpckms',
      service: 'Google Cloud KMS',
      name: 'Google Cloud',
      kms: 'gcp',
      keyCollection: RING,
      keyType: 'aes256-gcm96',
      endpoint,
    },
    allowed: [endpoint, identityUrl],
    secrets: { private_key: engine.privateKey, 'private_key of the application': application.privateKey },
    writeArguments: [`@${file}`],
    client: `requests to ${endpoint}/v1/${RING}, as ${application.email}`,
    scenes: gcpScenes(applicationOf(application, endpoint, RING)),
    async close() {
      await rm(folder, { recursive: true, force: true });
      await gcp.close();
    },
  };
}
