import { squeeze } from './squeeze.ts';

/** How a secret may look in bytes that are read as Latin-1, one character a byte. */
export interface Encoding {
  readonly as: string;
  readonly text: string;
}

/** As much as is shown of a secret is a leak: `util.inspect` shows 50 bytes of a buffer, a log line is cut off. */
const PIECE_BYTES = 16;

/** The encodings that programs print bytes in, squeezed: to be searched for in what was seen, squeezed as well. */
export function encodings(secret: Buffer): readonly Encoding[] {
  return [
    ...pieces(secret).flatMap((piece) => [
      ...plain(piece).map(({ as, text }) => ({ as, text: squeeze(text) })),
      { as: 'hex', text: piece.toString('hex') },
      { as: 'hex in upper case', text: piece.toString('hex').toUpperCase() },
      { as: 'decimal bytes', text: [...piece].join('') },
      ...[0, 1, 2].flatMap((before) => base64At(piece, before)),
    ]),
    { as: 'decimal number', text: BigInt(`0x${secret.toString('hex') || '0'}`).toString() },
  ];
}

function plain(piece: Buffer): readonly Encoding[] {
  return [
    { as: 'raw', text: piece.toString('latin1') },
    { as: 'text of one character a byte', text: utf8(piece.toString('latin1')) },
    { as: 'text with replacement characters', text: utf8(piece.toString('utf8')) },
  ];
}

function pieces(secret: Buffer): readonly Buffer[] {
  const starts = Array.from({ length: Math.floor(secret.length / PIECE_BYTES) }, (_, index) => index * PIECE_BYTES);
  // What is left over is at the end of the last one.
  if (secret.length % PIECE_BYTES !== 0) starts.push(Math.max(0, secret.length - PIECE_BYTES));
  return starts.map((start) => secret.subarray(start, start + PIECE_BYTES));
}

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

// Base64 of bytes within a longer run: it depends on how many bytes come before, modulo 3. The characters at both ends,
// which carry bits of neighbours, are left off.
function base64At(piece: Buffer, before: number): readonly Encoding[] {
  const start = (3 - before) % 3;
  const inner = piece.subarray(start, start + Math.floor((piece.length - start) / 3) * 3);
  return [
    { as: 'base64', text: inner.toString('base64') },
    { as: 'base64url', text: inner.toString('base64url') },
  ];
}
