/** The longest messages of AWS name a principal, an action and a KMS key. */
const LONGEST = 1_000;

/** Makes untrusted text safe for a message: replaces control characters and line breaks, and truncates it. */
export function printable(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return cut.replace(/[\p{C}\s]+/gu, ' ').trim();
}
