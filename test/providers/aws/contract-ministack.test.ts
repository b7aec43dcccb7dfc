import { describe, it } from 'vitest';
import { installMinistack, startMinistack } from '../../aws-kms/ministack.ts';
import { driverContract } from '../contract.ts';
import { AWS_SHAPE, AWS_WITHOUT, awsUnderTest } from './cloud-under-test.ts';

/** Cases in which ministack 1.5.33 differs from AWS KMS. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'the second removal of anything says that nothing was changed': 'a deletion is scheduled again',
  'removeObject may be repeated, and says at the second time that nothing was changed': 'it is scheduled again',
  'other material than before is refused': 'it is accepted',
  'other material than was lost never becomes usable': 'it is accepted',
  'a version without material cannot be enabled or disabled': 'EnableKey succeeds',
  'a version that is pending deletion cannot be changed, and counts as removed': 'EnableKey succeeds',
  'the name is not set to a version that is pending deletion': 'it is set',
  'probePermissions finds nothing wrong where nothing is, and changes nothing':
    'CreateKey with a reserved tag makes a KMS key',
};

const name = 'the AWS adapter over ministack 1.5.33';
const missing = await installMinistack();
if (missing === undefined) {
  driverContract({
    name,
    shape: AWS_SHAPE,
    without: AWS_WITHOUT,
    start: async () => awsUnderTest(await startMinistack()),
    knownDifferences: DIFFERENCES,
  });
} else {
  describe(`${name} keeps the contract of drivers`, () => {
    it.skip(`is not installed: ${missing}`);
  });
}
