import { describe, expect, it } from 'vitest';
import { IncompleteError, stepText } from '../../src/keymgmt/incomplete-error.ts';
import type { Step } from '../../src/providers/step.ts';
import { ProviderError } from '../../src/providers/errors.ts';

const ref = { kms: 'aws', key: 'k' };
const cause = new ProviderError('throttled', 'ImportKeyMaterial: Rate exceeded', { call: 'ImportKeyMaterial' });

describe('an operation that stopped half-way', () => {
  it('says what failed, what is done, what is left and what follows', () => {
    const done: Step[] = [
      { action: 'create', version: 1 },
      { action: 'create', version: 2 },
    ];
    const left: Step[] = [
      { action: 'import', version: 1 },
      { action: 'set_current', version: 2 },
    ];
    const error = new IncompleteError(ref, { done, left, removing: false }, [cause]);
    expect(error.message).toBe(
      'distribution of key "k" to KMS "aws" is incomplete: ImportKeyMaterial: Rate exceeded; ' +
        'done: create version 1, create version 2; left: import version 1, point the name to version 2. ' +
        'It is taken up again by itself within minutes; repeat the request to go on now',
    );
    expect(error).toMatchObject({ name: 'IncompleteError', cause, ref });
  });

  it('names twenty steps, and counts the others', () => {
    const left = Array.from({ length: 1000 }, (_, index): Step => ({ action: 'disable', version: index + 1 }));
    const { message } = new IncompleteError(ref, { done: [], left, removing: false }, [cause]);
    expect(message).toContain('disable version 19, disable version 20, and 980 more. ');
  });

  it('names a removal, and no steps where none were done', () => {
    const error = new IncompleteError(ref, { done: [], left: [{ action: 'remove_name' }], removing: true }, [cause]);
    expect(error.message).toBe(
      'removal of key "k" from KMS "aws" is incomplete: ImportKeyMaterial: Rate exceeded; left: remove the name. ' +
        'It is taken up again by itself within minutes; repeat the request to go on now',
    );
  });
});

it.each<[Step, string]>([
  [{ action: 'find', version: 3 }, 'look for version 3 of an interrupted attempt'],
  [{ action: 'create', version: 3 }, 'create version 3'],
  [{ action: 'import', version: 3 }, 'import version 3'],
  [{ action: 'enable', version: 3 }, 'enable version 3'],
  [{ action: 'disable', version: 3 }, 'disable version 3'],
  [{ action: 'set_current', version: 3 }, 'point the name to version 3'],
  [{ action: 'remove_name' }, 'remove the name'],
  [{ action: 'remove', version: 3 }, 'schedule the deletion of version 3'],
])('%o is in words: %s', (step, text) => {
  expect(stepText(step)).toBe(text);
});
