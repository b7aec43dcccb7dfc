/** What Go's `unicode.IsSpace` holds for a space; JavaScript's own set has one less and one more. */
const SPACE = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${SPACE}]+`);
const IS_SPACE = new RegExp(`[${SPACE}]`);

/** Text without spaces around it (Go: `strings.TrimSpace`). */
export function trimSpace(text: string): string {
  let end = text.length;
  // A search from the end: a pattern would begin anew at every space.
  while (end > 0 && IS_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(LEADING, '');
}

/** Text in lower case, letter by letter (Go: `strings.ToLower`): without JavaScript's rules for a final sigma. */
export function toLower(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  return Array.from(text, (letter) => (letter === 'İ' ? 'i' : letter.toLowerCase())).join('');
}

/** Texts in the order of their UTF-8 bytes, as Go sorts. */
export function sorted(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Text on one line, as Vault writes descriptions into an OpenAPI document. */
export function collapsed(text: string): string {
  return trimSpace(text).replace(/[\t\n\f\r ]+/g, ' ');
}
