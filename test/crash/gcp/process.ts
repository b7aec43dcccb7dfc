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
    const kms = await startGcpKms({ serviceAccounts: [{ ...account, ...(allow && { allow }) }], wrappingKeys });
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
      state: () => ({ keys: kms.keys(), snapshot: kms.snapshot() }),
      close: () => kms.close(),
    };
  },
};
