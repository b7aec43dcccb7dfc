import { keyFile, newServiceAccount } from '../../../dev/gcp-kms/identity/service-account.ts';
import { RING, startGcpKms } from '../../../dev/gcp-kms/kms.ts';
import { wrappingKeyRing } from '../../../dev/fake-cloud/wrapping-keys.ts';
import type { CloudProcess } from '../cloud.ts';

const account = newServiceAccount();
const wrappingKeys = wrappingKeyRing();
// Made before anybody waits for them: a plugin that does, on a busy machine, asks once more and makes one call more.
const made = Promise.all([0, 1].map((turn) => wrappingKeys.take(4096, turn)));

export const cloudProcess: CloudProcess = {
  async open(allow, before) {
    await made;
    const kms = await startGcpKms({
      serviceAccounts: [{ ...account, ...(allow && { allow }) }],
      attachedServiceAccount: account.email,
      wrappingKeys,
    });
    kms.faults.set(({ action }) => before(action));
    const credentials = {
      credentials_json: JSON.stringify(keyFile(account, `${kms.identityUrl}/token`)),
      endpoint: kms.url,
    };
    return {
      address: {
        origins: [kms.url, kms.identityUrl],
        config: { provider: 'gcpckms', key_collection: RING, credentials },
      },
      state: () => ({ keys: kms.keys() }),
      /** The first version is the primary one again, and disabled; the second is scheduled for destruction. */
      async drift() {
        const [key] = kms.keys();
        const token = await fetch(`${kms.identityUrl}/computeMetadata/v1/instance/service-accounts/default/token`, {
          headers: { 'metadata-flavor': 'Google' },
        });
        const { access_token } = (await token.json()) as { access_token: string };
        const send = async (method: string, path: string, body: object): Promise<void> => {
          const { ok, status } = await fetch(`${kms.url}/v1/${key?.name ?? ''}${path}`, {
            method,
            headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          });
          if (!ok) throw new Error(`${method} ${path} answers ${status}`);
        };
        await send('POST', ':updatePrimaryVersion', { cryptoKeyVersionId: '1' });
        await send('PATCH', '/cryptoKeyVersions/1?updateMask=state', { state: 'DISABLED' });
        await send('POST', '/cryptoKeyVersions/2:destroy', {});
      },
      close: () => kms.close(),
    };
  },
};
