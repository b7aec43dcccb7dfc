import { FieldError } from './field.ts';
import { decodeList, decodeString, mapEntries } from './weak-decode.ts';

/** Names and values, all text. */
export type KeyPairs = Readonly<Record<string, string>>;

/**
 * Pairs from an object, a list of objects, or a list of `name=value` (one alone counts as a list).
 *
 * @throws {FieldError} with Vault's text, less the pair, which may be a credential
 */
export function decodeKeyPairs(value: unknown): KeyPairs {
  return fromObject(value) ?? fromList(decodeList(value, decodeString));
}

function fromObject(value: unknown): KeyPairs | undefined {
  try {
    // All of them, also those that a later one of the same name replaces.
    return Object.fromEntries(mapEntries(value).map(([name, each]) => [name, decodeString(each)]));
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}

function fromList(pairs: readonly string[]): KeyPairs {
  return Object.fromEntries(
    pairs.map((pair) => {
      const split = pair.indexOf('=');
      if (split < 1) throw new FieldError('invalid key pair');
      return [pair.slice(0, split), pair.slice(split + 1)];
    }),
  );
}
