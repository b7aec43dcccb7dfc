import type { Progress } from '../../servers/progress.ts';
import type { DemoCloud } from '../cloud.ts';
import { startAws } from './aws/start-aws.ts';
import { startAzure } from './azure/start-azure.ts';
import { startGcp } from './gcp/start-gcp.ts';

const CLOUDS: Readonly<Record<string, { readonly what: string; readonly start: () => Promise<DemoCloud> }>> = {
  awskms: { what: 'the embedded AWS KMS', start: startAws },
  azurekeyvault: { what: 'the embedded Azure Key Vault', start: startAzure },
  gcpckms: { what: 'a fake Google Cloud KMS', start: startGcp },
};

/** How the cloud of a provider is started. @throws {Error} for a provider that the demo does not have */
export function startCloud(provider: string): (progress: Progress) => Promise<DemoCloud> {
  const cloud = CLOUDS[provider];
  if (cloud === undefined) {
    throw new Error(`PROVIDER=${provider} is none of the demo's: ${Object.keys(CLOUDS).join(', ')}`);
  }
  return (progress) => {
    progress(`Starting ${cloud.what}`);
    return cloud.start();
  };
}
