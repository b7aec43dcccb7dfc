/** Characters of a value that a message repeats. */
const MOST = 100;

/** A user's value for a message: in quotes, and cut off where it is too long to be one that was meant. */
export function quoted(value: string): string {
  return value.length > MOST ? `"${value.slice(0, MOST)}…"` : `"${value}"`;
}

/** `a, b or c`. */
export function alternatives(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}
