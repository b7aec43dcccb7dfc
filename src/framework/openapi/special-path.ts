/**
 * Tells whether a path is among special ones: itself, by a prefix with `*` at its end, or by segments, of which `+`
 * stands for any.
 */
export function isSpecialPath(path: string, specials: readonly string[]): boolean {
  return specials.some(
    (special) =>
      special === path ||
      (special.endsWith('*') && path.startsWith(special.slice(0, -1))) ||
      (special.includes('+') && matchesSegments(path.split('/'), special.split('/'))),
  );
}

function matchesSegments(segments: readonly string[], patterns: readonly string[]): boolean {
  if (segments.length < patterns.length) return false;
  for (const [index, pattern] of patterns.entries()) {
    const segment = segments[index] ?? '';
    if (pattern === '+') continue;
    if (pattern.endsWith('*') && segment.startsWith(pattern.slice(0, -1))) return true;
    if (pattern !== segment) return false;
  }
  return segments.length === patterns.length;
}
