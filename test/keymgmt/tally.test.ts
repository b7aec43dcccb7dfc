import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tally } from '../../src/keymgmt/tally.ts';
import { clockOf } from '../support/clock.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const CLASSES = [undefined, 'one', 'two'];

it('counts what is there, whatever changes while the names are walked', () => {
  const change = fc.record({ name: fc.constantFrom(...NAMES), to: fc.constantFrom(...CLASSES) });
  // Changes before each batch is read, while it is being read, and after the walk.
  const step = fc.record({ before: fc.array(change, { maxLength: 3 }), during: fc.array(change, { maxLength: 3 }) });
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...CLASSES), { minLength: 5, maxLength: 5 }),
      fc.array(step, { minLength: 4, maxLength: 4 }),
      (start, steps) => {
        const counted = tally(clockOf(() => 0));
        const records = new Map(NAMES.map((name, index) => [name, start[index]]));
        const apply = (changes: readonly { readonly name: string; readonly to: string | undefined }[]): void => {
          for (const { name, to } of changes) {
            counted.changed(name, records.get(name), to);
            records.set(name, to);
          }
        };
        counted.begin();
        const listed = NAMES.filter((name) => records.get(name) !== undefined);
        for (const [index, { before, during }] of steps.entries()) {
          apply(before);
          const read = listed.slice(index * 2, index * 2 + 2).map((name) => ({ name, class: records.get(name) }));
          apply(during);
          counted.walked(read);
        }
        counted.end();
        apply(steps[0]?.during ?? []);
        for (const name of ['one', 'two']) {
          const expected = [...records.values()].filter((each) => each === name).length;
          expect(counted.counts()?.byClass.get(name) ?? 0).toBe(expected);
        }
      },
    ),
  );
});
