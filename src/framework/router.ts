import type { PathDefinition } from './path.ts';

/** The path that serves a request, and what its pattern captured. */
export interface Route {
  readonly path: PathDefinition;
  readonly captures: Readonly<Record<string, string>>;
}

/** Finds the first path whose pattern matches. A capture in an option that was not taken is empty, as in Go. */
export function findRoute(paths: readonly PathDefinition[], requested: string): Route | undefined {
  for (const path of paths) {
    const match = path.regex.exec(requested);
    if (match) return { path, captures: captured(match.groups) };
  }
  return undefined;
}

function captured(groups: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const captures: Record<string, string> = {};
  for (const name of Object.keys(groups)) captures[name] = groups[name] ?? '';
  return captures;
}
