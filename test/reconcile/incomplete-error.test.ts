import { describe, expect, it } from 'vitest';
import { IncompleteError } from '../../src/keymgmt/incomplete-error.ts';
import { reconcileStepText, type ReconcileStep } from '../../src/keymgmt/reconcile-step.ts';
import { HOME, type Step } from '../../src/providers/step.ts';
import { ProviderError } from '../../src/providers/errors.ts';

const ref = { kms: 'aws', key: 'k' };
const cause = new ProviderError('throttled', 'ImportKeyMaterial: Rate exceeded', { call: 'ImportKeyMaterial' });

describe('an operation that stopped half-way', () => {
  it('says what failed, what is done, what is left and what follows', () => {
    const done: Step[] = [
      { action: 'create', version: 1, place: HOME, to: 'created' },
      { action: 'create', version: 2, place: HOME, to: 'created' },
    ];
    const left: Step[] = [
      { action: 'import', version: 1, place: HOME },
      { action: 'set_current', version: 2, place: HOME },
    ];
    const error = new IncompleteError(ref, { done, left, removing: false }, [cause]);
    expect(error.message).toBe(
      'distribution of key "k" to KMS "aws" is incomplete: ImportKeyMaterial: Rate exceeded; ' +
        'done: create version 1, create version 2; left: import version 1, point the name to version 2. ' +
        'The engine retries automatically; repeat the request to retry now',
    );
    expect(error).toMatchObject({ name: 'IncompleteError', cause });
  });

  it('names twenty steps, and counts the others', () => {
    const left = Array.from({ length: 1000 }, (_, index): Step => ({
      action: 'disable',
      version: index + 1,
      place: HOME,
    }));
    const { message } = new IncompleteError(ref, { done: [], left, removing: false }, [cause]);
    expect(message).toContain('disable version 19, disable version 20, and 980 more. ');
  });

  it('names a removal, and no steps where none were done', () => {
    const error = new IncompleteError(
      ref,
      { done: [], left: [{ action: 'remove_name', place: HOME }], removing: true },
      [cause],
    );
    expect(error.message).toBe(
      'removal of key "k" from KMS "aws" is incomplete: ImportKeyMaterial: Rate exceeded; left: remove the name. ' +
        'The engine retries automatically; repeat the request to retry now',
    );
  });
});

it.each<[ReconcileStep, string]>([
  [{ action: 'resolve_attempt', version: 3, place: HOME }, 'look for version 3 of an interrupted attempt'],
  [{ action: 'create', version: 3, place: HOME, to: 'created' }, 'create version 3'],
  [{ action: 'import', version: 3, place: HOME }, 'import version 3'],
  [{ action: 'enable', version: 3, place: HOME }, 'enable version 3'],
  [{ action: 'disable', version: 3, place: HOME }, 'disable version 3'],
  [{ action: 'set_current', version: 3, place: HOME }, 'point the name to version 3'],
  [{ action: 'remove_name', place: HOME }, 'remove the name'],
  [{ action: 'remove', version: 3, place: HOME }, 'schedule the deletion of version 3'],
  [{ action: 'remove_replaced', id: 'x', place: HOME }, 'schedule the deletion of x, which was replaced'],
  [{ action: 'replicate', version: 3, place: 'eu-west-1' }, 'replicate version 3 in eu-west-1'],
  [{ action: 'await', version: 3, place: HOME }, 'wait for version 3'],
  [{ action: 'create_wrapping_key', place: HOME }, 'create a wrapping key'],
  [{ action: 'create_container', place: HOME }, 'create the key that holds the versions'],
  [{ action: 'remove_container', place: HOME }, 'schedule the deletion of the key that holds the versions'],
])('%o is in words: %s', (step, text) => {
  expect(reconcileStepText(step)).toBe(text);
});
