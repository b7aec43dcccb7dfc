const ESCAPED = /\\+u00([0-9a-fA-F]{2})|\\+x([0-9a-fA-F]{2})|%([0-9a-fA-F]{2})/g;
const BETWEEN = /\\+[nrt]|[\s:,"'\\]+/g;
/** A request's JSON in the JSON of an audit log in a URL: nobody nests deeper. */
const DEPTH = 3;

/**
 * What is left of a text without what encoders put between the characters: JSON and URL escapes undone, however often
 * they were applied; white space, line ends (as `\n` too), quotes, commas and colons gone. A PEM block is one run of
 * base64 then, a byte array one run of digits. Two texts that say the same are squeezed to the same.
 */
export function squeeze(text: string): string {
  let plain = text;
  for (let depth = 0; depth < DEPTH; depth++) {
    const before = plain;
    plain = plain.replace(ESCAPED, (_all, unicode?: string, hex?: string, percent?: string) => {
      const character = String.fromCharCode(Number.parseInt(unicode ?? hex ?? percent ?? '', 16));
      // `\u` is a character, which takes two bytes from 0x80 on; the others are bytes.
      return unicode === undefined ? character : Buffer.from(character, 'utf8').toString('latin1');
    });
    if (plain === before) break;
  }
  return plain.replace(BETWEEN, '');
}
