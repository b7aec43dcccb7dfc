/** What a failure says of itself, for the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
