/**
 * The seed of a random test: what the variable says, to replay a run. Where none is given, CI always tries the same
 * cases, so that its verdict depends on the change alone, and everybody else tries new ones.
 */
export function seedFrom(variable: string): number {
  return Number(process.env[variable] ?? (process.env['CI'] ? 1 : Math.floor(Math.random() * 2 ** 31)));
}
