import type { DemoCloud } from '../cloud.ts';
import { expectSuccess } from '../expect.ts';
import { cli, type Step } from '../step.ts';
import { KEY } from '../story.ts';
import { readDistribution } from './read-distribution.ts';

/** An application encrypts by a name that never changes; the key is rotated under it, and nothing that it has is lost. */
export const rotate = ({ scenes }: DemoCloud): readonly Step[] => [
  scenes.encryptsWith(1),
  cli({
    title: 'Rotate the key',
    command: () => ['write', '-f', `keymgmt/key/${KEY}/rotate`],
    check: expectSuccess,
  }),
  readDistribution('Read the distribution: two versions, the same name', 2),
  scenes.encryptsWith(2),
  scenes.decryptsOld('still'),
];
