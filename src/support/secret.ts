import { inspect } from 'node:util';

/**
 * A value that must not be printed. `String()`, template literals, `JSON.stringify` and `util.inspect` all show
 * `[redacted]`, `structuredClone` refuses it; only {@link Secret.reveal} gives the value, so that a review can grep for
 * it.
 */
export interface Secret<T> {
  reveal(): T;
  toString(): string;
  toJSON(): string;
}

const REDACTED = '[redacted]';

/** Wraps a value in a {@link Secret}. The value lives in a closure: no property enumeration or spread reaches it. */
export function secret<T>(value: T): Secret<T> {
  return secretBy({ reveal: () => value });
}

/** Makes a {@link Secret} whose value is given in a way of its own, perhaps with more methods; frozen. */
export function secretBy<S extends Pick<Secret<unknown>, 'reveal'>>(methods: S): S & Secret<ReturnType<S['reveal']>> {
  return Object.freeze({
    ...methods,
    toString: () => REDACTED,
    toJSON: () => REDACTED,
    [inspect.custom]: () => REDACTED,
  }) as S & Secret<ReturnType<S['reveal']>>;
}
