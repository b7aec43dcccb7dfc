/** Tells of an object that may be in the cloud although nobody knows it, and how to find it. */
export function possibleOrphanWarning(attempt: string): string {
  return `an interrupted creation may have left an object with the tag of attempt ${attempt}`;
}
