/** Something that must never be seen. */
export interface Secret {
  readonly what: string;
  readonly bytes: Buffer;
}

/** A secret that was seen. */
export interface Leak {
  readonly what: string;
  readonly where: string;
  readonly as: string;
}

interface Text {
  readonly where: string;
  readonly text: string;
}

/** Where a secret shows in a text: as it is, or in one of the encodings that programs print bytes in. */
export function findLeaks(texts: readonly Text[], secrets: readonly Secret[]): readonly Leak[] {
  return secrets.flatMap(({ what, bytes }) =>
    encodings(bytes).flatMap(([as, needle]) =>
      texts.filter(({ text }) => text.includes(needle)).map(({ where }) => ({ what, where, as })),
    ),
  );
}

function encodings(bytes: Buffer): readonly (readonly [string, string])[] {
  return [
    ['latin1', bytes.toString('latin1')],
    ['utf8', bytes.toString('utf8')],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ['decimals', [...bytes].join(',')],
    ['decimals', [...bytes].join(' ')],
    ...[0, 1, 2].flatMap((before) => base64At(bytes, before)),
  ];
}

// Base64 of the bytes within a longer run: it depends on how many bytes come before, modulo 3. The characters at both
// ends, which carry bits of neighbours, are left off.
function base64At(bytes: Buffer, before: number): readonly (readonly [string, string])[] {
  const start = (3 - before) % 3;
  const inner = bytes.subarray(start, start + Math.floor((bytes.length - start) / 3) * 3);
  return [
    [`base64 at ${before}`, inner.toString('base64')],
    [`base64url at ${before}`, inner.toString('base64url')],
  ];
}
