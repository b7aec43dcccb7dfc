import { ProviderError } from '../errors.ts';

/** A piece of a secret of this length is taken out wherever it stands. */
const PIECE = 8;
/** A secret that is shorter, as emulators take it, is taken out where it stands alone. */
const SHORTEST = 4;
const REDACTED = '[redacted]';

/** Characters of a credential that stand otherwise in URLs (as in a query that is quoted) and in HTML. */
const ENCODINGS: readonly ((secret: string) => string)[] = [
  encodeURIComponent,
  (secret) => secret.replace(/[^\w-]/g, (each) => `&#${each.charCodeAt(0)};`),
  (secret) => secret.replace(/[^\w-]/g, (each) => `&#x${each.charCodeAt(0).toString(16)};`),
  (secret) => secret.replaceAll('/', '\\/'),
];

/**
 * Takes these secrets, and every piece of them that has eight characters or more, out of texts of which nobody knows
 * what they quote, in upper or lower case. Linear in the lengths of both.
 */
export function withoutSecrets(texts: readonly string[], secrets: readonly string[]): readonly string[] {
  // Of the texts, which are short: session tokens have thousands of characters, and several are remembered.
  const inTexts = new Set(texts.flatMap((text) => [...piecesOf(text)]));
  const pieces = new Set<string>();
  const short: string[] = [];
  for (const secret of new Set(secrets)) {
    if (secret.length < PIECE) {
      if (secret.length >= SHORTEST) short.push(lowerCase(secret));
      continue;
    }
    for (const form of new Set([secret, ...ENCODINGS.map((encode) => encode(secret))])) {
      for (const piece of piecesOf(form)) if (inTexts.has(piece)) pieces.add(piece);
    }
  }
  return texts.map((text) => withoutWords(withoutPieces(text, pieces), short));
}

function withoutWords(text: string, words: readonly string[]): string {
  let rest = text;
  for (const word of words) {
    // What is not one word to the pattern stands alone wherever it stands.
    const alone = /^\w+$/.test(word) ? /\w+/g : new RegExp(word.replace(/\W/gu, '\\$&'), 'gi');
    rest = rest.replace(alone, (each) => (lowerCase(each) === word ? REDACTED : each));
  }
  return rest;
}

function withoutPieces(text: string, pieces: ReadonlySet<string>): string {
  if (pieces.size === 0) return text;
  const lower = lowerCase(text);
  const kept: string[] = [];
  /** Where the text begins that is neither kept nor taken out yet. */
  let from = 0;
  for (let start = 0; start + PIECE <= text.length; start++) {
    if (!pieces.has(lower.slice(start, start + PIECE))) continue;
    let end = start + PIECE;
    // Each further piece that begins inside of what is taken out, or right behind it, makes it longer.
    for (let next = start + 1; next <= end; next++) {
      if (pieces.has(lower.slice(next, next + PIECE))) end = next + PIECE;
    }
    kept.push(text.slice(from, start), REDACTED);
    from = end;
    start = end - 1;
  }
  kept.push(text.slice(from));
  return kept.join('');
}

function* piecesOf(text: string): Iterable<string> {
  const lower = lowerCase(text);
  for (let start = 0; start + PIECE <= lower.length; start++) yield lower.slice(start, start + PIECE);
}

/** In lower case, of the same length. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** An error of which no text holds any of these secrets. */
export function errorWithoutSecrets(error: ProviderError, secrets: readonly string[]): ProviderError {
  const { reason, call, ambiguous } = error;
  const texts = [error.message, error.code ?? '', error.requestId ?? ''];
  const [message = '', code, requestId] = withoutSecrets(texts, secrets);
  return new ProviderError(reason, message, {
    call,
    code: code || undefined,
    requestId: requestId || undefined,
    ambiguous,
  });
}
