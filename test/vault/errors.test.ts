import { describe, expect, it } from 'vitest';
import {
  BackendError,
  codedError,
  isUserError,
  READ_ONLY_TEXT,
  StorageError,
  userError,
} from '../../src/logical/index.ts';
import { toProtoError } from '../../src/vault/errors.ts';

describe('an error on the wire', () => {
  const refusal = new StorageError(`put keys/a: ${READ_ONLY_TEXT}`);

  it.each([
    ['bare', refusal],
    ['as the cause of another', new Error('cannot store key', { cause: refusal })],
    ['as the cause of a status', codedError(409, 'conflict', refusal)],
    ['deep below a user error', userError('no', new Error('x', { cause: refusal }))],
  ])('keeps a refusal to write on this node as it is: %s', (_, error) => {
    expect(toProtoError(error)).toEqual({ err_type: 0, err_msg: `put keys/a: ${READ_ONLY_TEXT}` });
    expect(isUserError(error)).toBe(false);
  });

  it('survives causes that go round in a circle', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(toProtoError(error)).toEqual({ err_type: 0, err_msg: 'a' });
  });

  it('has status 500 for a coded error that forgot its status', () => {
    expect(toProtoError(new BackendError('coded', 'x'))).toEqual({ err_type: 3, err_msg: 'x', err_code: 500 });
  });

  it.each([[undefined], ['text'], [{ message: 'secret' }], [new TypeError('secret')], [new SyntaxError('secret')]])(
    'says no more than "internal error" for %o',
    (thrown) => {
      expect(toProtoError(thrown)).toEqual({ err_type: 2, err_msg: 'internal error' });
    },
  );

  it('never shows a stack', () => {
    const error = new Error('out of reach', { cause: new Error('cause') });
    expect(JSON.stringify(toProtoError(error))).toBe('{"err_type":0,"err_msg":"out of reach"}');
  });
});
