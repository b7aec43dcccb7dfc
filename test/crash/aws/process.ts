import { DeleteImportedKeyMaterialCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { startKms } from '../../../dev/aws-kms/kms.ts';
import { wrappingKeyRing } from '../../../dev/fake-cloud/wrapping-keys.ts';
import type { CloudProcess } from '../cloud.ts';
import { ACCESS_KEY, REGION } from './account.ts';

const wrappingKeys = wrappingKeyRing();
// Made before anybody waits for them: a plugin that does, on a busy machine, asks once more and makes one call more.
const made = Promise.all([0, 1].map((turn) => wrappingKeys.take(4096, turn)));

export const cloudProcess: CloudProcess = {
  async open(allow, before) {
    await made;
    const kms = await startKms({ accessKeys: [{ ...ACCESS_KEY, ...(allow && { allow }) }], wrappingKeys });
    kms.faults.set(({ action }) => before(action));
    const { accessKeyId: access_key, secretAccessKey: secret_key } = ACCESS_KEY;
    const credentials = { access_key, secret_key, endpoint: kms.url };
    return {
      address: { origins: [kms.url], config: { provider: 'awskms', key_collection: REGION, credentials } },
      state: () => ({ keys: kms.keys(REGION), aliases: kms.aliases(REGION) }),
      /** One KMS key destroyed, the other's material deleted. */
      async drift() {
        const [first, second] = kms.keys(REGION);
        const client = new KMSClient({ region: REGION, endpoint: kms.url, credentials: ACCESS_KEY });
        await client.send(new ScheduleKeyDeletionCommand({ KeyId: first?.id, PendingWindowInDays: 7 }));
        await client.send(new DeleteImportedKeyMaterialCommand({ KeyId: second?.id }));
        client.destroy();
      },
      close: () => kms.close(),
    };
  },
};
