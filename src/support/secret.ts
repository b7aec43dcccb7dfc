import { inspect } from 'node:util';

/**
 * A value that must not be printed. `String()`, template literals, `JSON.stringify` and `util.inspect` all show
 * `[redacted]`; only {@link Secret.reveal} gives the value, so that a review can grep for it.
 */
export interface Secret<T> {
  reveal(): T;
  toString(): string;
  toJSON(): string;
}

const REDACTED = '[redacted]';

/** Wraps a value in a {@link Secret}. The value lives in a closure: no property enumeration or spread reaches it. */
export function secret<T>(value: T): Secret<T> {
  return Object.freeze({
    reveal: () => value,
    toString: () => REDACTED,
    toJSON: () => REDACTED,
    [inspect.custom]: () => REDACTED,
  });
}
