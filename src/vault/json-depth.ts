/**
 * Tells whether arrays and objects are nested deeper than `limit` in a parsed JSON document. Level by level: recursion
 * would need the stack that is to be spared.
 */
export function isDeeperThan(limit: number, document: unknown): boolean {
  let level = [document].filter(isNesting);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === limit) return true;
    const below: object[] = [];
    for (const each of level) for (const value of Object.values(each)) if (isNesting(value)) below.push(value);
    level = below;
  }
  return false;
}

function isNesting(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
