import type { DemoCloud } from '../cloud.ts';
import { expectNothing, expectRefusal, expectSuccess } from '../expect.ts';
import { cli, type Step } from '../step.ts';
import { distributionPath, KEY } from '../story.ts';

/** The end of a key: first in the cloud, then in the server. */
export const remove = ({ service, scenes }: DemoCloud): readonly Step[] => [
  cli({
    title: `Remove the key from ${service}`,
    command: (story) => ['delete', distributionPath(story)],
    check: expectSuccess,
  }),
  scenes.stateIs(1, 'removed'),
  scenes.stateIs(2, 'removed'),
  scenes.removed,
  cli({
    title: 'The key is in no provider any more',
    command: () => ['list', `keymgmt/key/${KEY}/kms`],
    check: expectNothing,
  }),
  cli({
    title: 'The key cannot be deleted yet',
    command: () => ['delete', `keymgmt/key/${KEY}`],
    check(answer) {
      expectRefusal(answer, /deletion_allowed/);
    },
  }),
  cli({
    title: 'Allow its deletion',
    command: () => ['write', `keymgmt/key/${KEY}`, 'deletion_allowed=true'],
    check: expectSuccess,
  }),
  cli({
    title: 'Delete the key',
    command: () => ['delete', `keymgmt/key/${KEY}`],
    check: expectSuccess,
  }),
  cli({
    title: 'The key is gone',
    command: () => ['read', `keymgmt/key/${KEY}`],
    check: expectNothing,
  }),
];
