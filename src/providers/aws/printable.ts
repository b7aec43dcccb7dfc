/** AWS's longest texts name a principal, an action and a key. */
const LONGEST = 1_000;

/** A text of somebody else's for a message: no character that controls a terminal or ends a line, and not too long. */
export function printable(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return cut.replace(/[\p{C}\s]+/gu, ' ').trim();
}
