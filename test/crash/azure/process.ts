import { startKeyVault } from '../../../dev/azure-key-vault/key-vault.ts';
import type { KeyPermission } from '../../../dev/azure-key-vault/state.ts';
import { wrappingKeyRing } from '../../../dev/fake-cloud/wrapping-keys.ts';
import { credentialsFor, signedIn } from '../../azure-key-vault/client.ts';
import type { CloudProcess } from '../cloud.ts';

const APPLICATION = { clientId: 'a11ce000-0000-4000-8000-0000000000aa', secret: 'app~secret.of-the-application' };
const rsaKeys = wrappingKeyRing();
// Made before anybody waits for them: a plugin that does, on a busy machine, asks once more and makes one call more.
const made = Promise.all([0, 1].map((turn) => rsaKeys.take(4096, turn)));

export const cloudProcess: CloudProcess = {
  async open(allow, before) {
    await made;
    const permissions = allow && { permissions: { [APPLICATION.clientId]: allow as readonly KeyPermission[] } };
    const vault = await startKeyVault({
      applications: [APPLICATION],
      vaults: [{ name: 'test-vault', sku: 'premium', ...permissions }],
      rsaKeys,
    });
    // Signing in changes nothing.
    vault.faults.set(({ action }) => (action === 'Token' || action === 'Authentication' ? undefined : before(action)));
    const credentials = credentialsFor(vault, APPLICATION);
    return {
      address: {
        origins: [vault.url, vault.loginUrl],
        config: { provider: 'azurekeyvault', key_collection: 'test-vault', credentials },
      },
      state: () => ({ keys: vault.keys() }),
      /** The first version is disabled, and the newest is one of the administrator's own. */
      async drift() {
        const key = vault.keys().find(({ versions }) => versions.length === 2);
        const signed = await signedIn(vault, APPLICATION);
        const send = async (method: string, path: string, body: object): Promise<void> => {
          const { status } = await signed(method, `/keys/${key?.name ?? ''}${path}`, body);
          if (status !== 200) throw new Error(`${method} ${path} answers ${status}`);
        };
        await send('PATCH', `/${key?.versions[0]?.id ?? ''}`, { attributes: { enabled: false } });
        await send('POST', '/create', { kty: 'EC-HSM', crv: 'P-256' });
      },
      close: () => vault.close(),
    };
  },
};
