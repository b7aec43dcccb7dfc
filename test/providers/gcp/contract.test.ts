import { driverContract } from '../contract.ts';
import { GCP_SHAPE, gcpUnderTest } from './contract-cloud.ts';

driverContract({
  name: 'the Google Cloud driver over the embedded Cloud KMS',
  shape: GCP_SHAPE,
  without: {
    'empty versions': {
      because: 'a version is made by its import',
      cases: [
        'other material than before is refused',
        'a version without material cannot be enabled or disabled',
        'inspect tells whether an object was ever used',
      ],
    },
    'removal as a whole': {
      because: 'a CryptoKey stays for ever, and each version is destroyed by itself',
      cases: [
        'removeObject of a version is refused, and changes nothing',
        'what holds the versions is observed as gone where somebody has deleted it, and its removal succeeds',
      ],
    },
    'free name': {
      because: 'the name is that of the CryptoKey, which always leads to one of its versions once it has a primary one',
      cases: [
        'the removal of a name that does not exist succeeds and changes nothing',
        "a stranger's name that was never ours is left alone",
        'a name that was taken by a stranger is reported as such when it is taken back',
        'a name that is ours and was deleted by a stranger is set again',
        'a name is removed only where it points to one of our objects',
        'a name of an object which was replaced is removed',
        'names of other distributions are left alone',
      ],
    },
    'version labels': {
      because: 'a CryptoKeyVersion carries no labels',
      cases: [
        'what create makes carries the labels of its version and attempt',
        'what another client has made is found where the distribution is not on record any more',
      ],
    },
    account: {
      because: 'the key ring names the project, whoever asks',
      cases: ['the account is asked for with a deadline, and not with a signal that is aborted'],
    },
    'request ids': {
      because: 'answers of Cloud KMS carry none',
      cases: ['every change has the request id of the cloud'],
    },
    'tried permissions': {
      because: 'testIamPermissions is asked for all of them, and its refusal says nothing of them',
      cases: ['a check that is refused says of each permission that it is not granted'],
    },
  },
  start: gcpUnderTest,
});
