import type { DemoCloud } from '../cloud.ts';
import { expectJson, expectSuccess } from '../expect.ts';
import { cli, type Step } from '../step.ts';
import { distributionPath, KEY } from '../story.ts';
import { readDistribution } from './read-distribution.ts';

/** Copies the key to the cloud and looks at it from every side. */
export const distribute = ({ service, kms, scenes }: DemoCloud): readonly Step[] => [
  cli({
    title: `Distribute the key to ${service}`,
    command: (story) => ['write', distributionPath(story), 'purpose=encrypt,decrypt', 'protection=hsm'],
    check: expectSuccess,
  }),
  readDistribution('Read the distribution: one version', 1),
  list('List the keys', 'keymgmt/key', KEY),
  list('List the providers', 'keymgmt/kms', kms),
  list('List the keys of the provider', `keymgmt/kms/${kms}/key`, KEY),
  list('List the providers of the key', `keymgmt/key/${KEY}/kms`, kms),
  scenes.distributed,
];

function list(title: string, path: string, only: string): Step {
  return cli({
    title,
    command: () => ['list', '-format=json', path],
    check(answer) {
      expectJson(answer, [only]);
    },
  });
}
