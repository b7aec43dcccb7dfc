import { startKeyVault } from '../../dev/azure-key-vault/key-vault.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { ALICE, signedIn } from './client.ts';
import { keyVaultContract } from './contract.ts';

keyVaultContract('the embedded Key Vault', async () => {
  const consistency = { lookups: 2 };
  const keyVault = await startKeyVault({ applications: [ALICE], consistency, rsaKeys: wrappingKeyRing() });
  return {
    url: keyVault.url,
    send: await signedIn(keyVault),
    pause: () => Promise.resolve(),
    stop: () => keyVault.close(),
  };
});
