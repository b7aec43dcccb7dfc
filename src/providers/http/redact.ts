import { ProviderError } from '../errors.ts';

/** Fragments of a secret of at least this length are redacted anywhere. */
const PIECE = 8;
/** Shorter secrets, which emulators accept, are redacted as whole words. */
const SHORTEST = 4;
const REDACTED = '[redacted]';

/** Encodings of a secret in URLs and HTML. */
const ENCODINGS: readonly ((secret: string) => string)[] = [
  encodeURIComponent,
  (secret) => secret.replace(/[^\w-]/g, (each) => `&#${each.charCodeAt(0)};`),
  (secret) => secret.replace(/[^\w-]/g, (each) => `&#x${each.charCodeAt(0).toString(16)};`),
  (secret) => secret.replaceAll('/', '\\/'),
];

/**
 * Redacts these secrets, and every fragment of them of eight characters or more, from texts that may quote them. Ignores
 * case. Linear in the length of texts and secrets.
 */
export function withoutSecrets(texts: readonly string[], secrets: readonly string[]): readonly string[] {
  // Indexes the texts, which are short, rather than the secrets: session tokens have thousands of characters.
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
    // A secret with non-word characters at its ends has no word boundary there.
    const alone = /^\w+$/.test(word) ? /\w+/g : new RegExp(word.replace(/\W/gu, '\\$&'), 'gi');
    rest = rest.replace(alone, (each) => (lowerCase(each) === word ? REDACTED : each));
  }
  return rest;
}

function withoutPieces(text: string, pieces: ReadonlySet<string>): string {
  if (pieces.size === 0) return text;
  const lower = lowerCase(text);
  const kept: string[] = [];
  /** Start of the text not yet copied or redacted. */
  let from = 0;
  for (let start = 0; start + PIECE <= text.length; start++) {
    if (!pieces.has(lower.slice(start, start + PIECE))) continue;
    let end = start + PIECE;
    // Overlapping and adjacent fragments extend the redacted range.
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

/** Lowercases a text without changing its length. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Copies an error with these secrets redacted from all its texts. */
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
