/** Tells of an object that may be in the cloud although no record owns it, and how to find it. */
export function possibleOrphanWarning(attempt: string): string {
  return `an object with the tag of attempt ${attempt} may have been left behind`;
}
