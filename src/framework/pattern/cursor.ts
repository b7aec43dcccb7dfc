/** A place in a pattern. */
export interface Cursor {
  readonly pattern: string;
  at: number;
}

/** The refusal of a pattern, with the place where it is wrong. */
export function patternError({ pattern, at }: Cursor, reason: string): Error {
  return new Error(`path pattern ${pattern}: ${reason} at position ${at}`);
}

/** Reads what a sticky expression matches here. */
export function take(cursor: Cursor, expression: RegExp): string | undefined {
  expression.lastIndex = cursor.at;
  const match = expression.exec(cursor.pattern);
  if (!match) return undefined;
  cursor.at += match[0].length;
  return match[0];
}

/** Reads one character. */
export function takeCharacter(cursor: Cursor): string {
  const character = String.fromCodePoint(cursor.pattern.codePointAt(cursor.at) ?? 0);
  cursor.at += character.length;
  return character;
}
