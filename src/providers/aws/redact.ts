import { ProviderError } from '../errors.ts';

/** A piece of a secret of this length is taken out wherever it stands. */
const PIECE = 8;
/** A secret that is shorter, as emulators take it, is taken out where it stands alone. */
const SHORTEST = 4;
const REDACTED = '[redacted]';

/** Characters of a credential that stand otherwise in URLs (as in a query that is quoted) and in HTML. */
const ENCODINGS: readonly ((secret: string) => string)[] = [
  encodeURIComponent,
  (secret) => encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
  (secret) => secret.replace(/[^\w-]/g, (each) => `&#${each.charCodeAt(0)};`),
  (secret) => secret.replace(/[^\w-]/g, (each) => `&#x${each.charCodeAt(0).toString(16)};`),
  (secret) => secret.replaceAll('/', '\\/'),
];

/**
 * Takes these secrets, and every piece of them that has eight characters or more, out of a text of which nobody knows
 * what it quotes. Linear in the lengths of both.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const pieces = new Set<string>();
  const words = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < PIECE) {
      if (secret.length >= SHORTEST) words.add(secret);
      continue;
    }
    for (const form of new Set([secret, ...ENCODINGS.map((encode) => encode(secret))])) {
      for (let start = 0; start + PIECE <= form.length; start++) pieces.add(form.slice(start, start + PIECE));
    }
  }
  const rest = withoutPieces(text, pieces);
  return words.size === 0 ? rest : rest.replace(/\w+/g, (word) => (words.has(word) ? REDACTED : word));
}

function withoutPieces(text: string, pieces: ReadonlySet<string>): string {
  const kept: string[] = [];
  /** Where the text begins that is neither kept nor taken out yet. */
  let from = 0;
  for (let start = 0; start + PIECE <= text.length; start++) {
    if (!pieces.has(text.slice(start, start + PIECE))) continue;
    let end = start + PIECE;
    // Each further piece that begins inside of what is taken out, or right behind it, makes it longer.
    for (let next = start + 1; next <= end; next++) {
      if (pieces.has(text.slice(next, next + PIECE))) end = next + PIECE;
    }
    kept.push(text.slice(from, start), REDACTED);
    from = end;
    start = end - 1;
  }
  kept.push(text.slice(from));
  return kept.join('');
}

/** An error of which no text holds any of these secrets. */
export function errorWithoutSecrets(error: ProviderError, secrets: readonly string[]): ProviderError {
  const { reason, message, call, code, requestId, ambiguous } = error;
  const clean = (text: string): string => withoutSecrets(text, secrets);
  return new ProviderError(reason, clean(message), {
    call,
    code: code && clean(code),
    requestId: requestId && clean(requestId),
    ambiguous,
  });
}
