import { driverContract } from '../contract.ts';
import { AZURE_SHAPE, azureContractCloud } from './contract-cloud.ts';

driverContract({
  name: 'the Azure driver over the embedded Key Vault',
  shape: AZURE_SHAPE,
  without: {
    'empty versions': {
      because: 'a version is made by its import',
      cases: [
        'other material than before is refused',
        'a version without material cannot be enabled or disabled',
        'inspect tells whether an object was ever used',
      ],
    },
    'pending imports': {
      because: 'KeyImport answers once the version can be used',
      cases: ['a version whose import is pending is neither changed nor removed'],
    },
    'lost material': {
      because: 'no version is ever without its material',
      cases: ['material that was lost is imported again', 'other material than was lost never becomes usable'],
    },
    'separate removal': {
      because: 'a key is deleted with all its versions',
      cases: [
        'a version that is made again has another object',
        'removeObject may be repeated, and says at the second time that nothing was changed',
        'an object that was replaced is removed, and nothing else',
        'the removal of an unknown object returns unknown',
        'a version that is pending deletion cannot be changed, and counts as removed',
        'the name is not set to a version that is pending deletion',
        'what an attempt has made is not adopted once it is pending deletion',
        'findByLabel finds nothing that is pending deletion',
        'inspect tells that an object is pending deletion',
      ],
    },
    'movable name': {
      because: 'the newest version is the current one',
      cases: [
        'the name moves back to an earlier version',
        'a name is not set by the making of a version',
        'a name that points to another version moves, whether or not it is known to be ours',
        'the current version and a former one are told apart',
      ],
    },
    'free name': {
      because: 'the name is that of the key, which always leads to its newest version',
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
  },
  start: azureContractCloud,
});
