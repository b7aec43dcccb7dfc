/** A writer for the few ASN.1 types that a certificate needs (ITU-T X.690, DER). */

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body), body]);
}

function lengthOf(body: Uint8Array): Buffer {
  if (body.length < 0x80) return Buffer.from([body.length]);
  const octets: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => element(TAG.sequence, ...items);

export const set = (...items: readonly Uint8Array[]): Buffer => element(TAG.set, ...items);

export const utf8String = (text: string): Buffer => element(TAG.utf8String, Buffer.from(text, 'utf8'));

export const octetString = (content: Uint8Array): Buffer => element(TAG.octetString, content);

export const boolean = (value: boolean): Buffer => element(TAG.boolean, Buffer.from([value ? 0xff : 0x00]));

/** A non-negative integer from its big-endian octets. */
export function integer(octets: Uint8Array): Buffer {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start++;
  const significant = Buffer.from(octets.subarray(start));
  const negative = ((significant[0] ?? 0) & 0x80) !== 0;
  return element(TAG.integer, Buffer.from(negative ? [0] : []), significant);
}

/** A bit string; `unusedBits` of the last octet do not count. */
export function bitString(octets: Uint8Array, unusedBits = 0): Buffer {
  return element(TAG.bitString, Buffer.from([unusedBits]), octets);
}

/** An object identifier in dotted form, `2.5.4.3` say. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let high = arc >>> 7; high > 0; high >>>= 7) digits.unshift((high & 0x7f) | 0x80);
    return digits;
  });
  return element(TAG.objectIdentifier, Buffer.from(octets));
}

/** A time in whole seconds; RFC 5280 section 4.1.2.5 wants UTCTime up to 2049 and GeneralizedTime after. */
export function time(milliseconds: number): Buffer {
  const date = new Date(milliseconds);
  const digits = `${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  const short = date.getUTCFullYear() < 2050;
  return element(short ? TAG.utcTime : TAG.generalizedTime, Buffer.from(short ? digits.slice(2) : digits, 'ascii'));
}

/** Wraps an element in an explicit context tag. */
export const explicit = (number: number, content: Uint8Array): Buffer => element(0xa0 | number, content);

/** Gives a primitive value an implicit context tag. */
export const implicit = (number: number, content: Uint8Array): Buffer => element(0x80 | number, content);
