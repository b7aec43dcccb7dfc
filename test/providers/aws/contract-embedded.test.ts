import { startKms } from '../../../dev/aws-kms/kms.ts';
import { ALICE } from '../../aws-kms/client.ts';
import { driverContract } from '../contract.ts';
import { AWS_SHAPE, AWS_WITHOUT, awsUnderTest } from './cloud-under-test.ts';

driverContract({
  name: 'the AWS adapter over the embedded KMS',
  shape: AWS_SHAPE,
  without: AWS_WITHOUT,
  start: async () => {
    const kms = await startKms({ accessKeys: [ALICE] });
    return awsUnderTest({ endpoint: kms.url, credentials: ALICE, stop: () => kms.close() });
  },
});
