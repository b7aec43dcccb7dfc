import { startKms } from '../../dev/aws-kms/kms.ts';
import { ALICE } from './client.ts';
import { kmsContract } from './contract.ts';

kmsContract({
  name: 'the embedded KMS',
  start: async () => {
    const kms = await startKms({ accessKeys: [ALICE] });
    return { endpoint: kms.url, credentials: ALICE, stop: () => kms.close() };
  },
});
