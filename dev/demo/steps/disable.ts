import { deepStrictEqual } from 'node:assert/strict';
import type { DemoCloud } from '../cloud.ts';
import { expectSuccess, jsonOf } from '../expect.ts';
import { cli, type Step } from '../step.ts';
import { KEY } from '../story.ts';

/** Old versions are switched off, and on again. */
export const disable = ({ scenes }: DemoCloud): readonly Step[] => [
  setMinimum('Allow version 2 and later only', 2),
  scenes.stateIs(1, 'disabled'),
  scenes.stateIs(2, 'enabled'),
  cli({
    title: 'Read the key: version 1 is hidden',
    command: () => ['read', '-format=json', '-field=versions', `keymgmt/key/${KEY}`],
    check(answer) {
      deepStrictEqual(Object.keys(jsonOf(answer) as object), ['2']);
    },
  }),
  setMinimum('Allow version 1 again', 1),
  scenes.stateIs(1, 'enabled', 'again'),
  scenes.decryptsOld('again'),
];

function setMinimum(title: string, version: number): Step {
  return cli({
    title,
    command: () => ['write', `keymgmt/key/${KEY}`, `min_enabled_version=${version}`],
    check: expectSuccess,
  });
}
