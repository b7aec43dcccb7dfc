/** Closes an exhaustive switch: a member that was forgotten fails to compile, and throws if it comes from outside. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
