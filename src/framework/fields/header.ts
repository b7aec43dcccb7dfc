import { isJsonObject } from '../../logical/index.ts';
import { FieldError } from './field.ts';
import { decodeMap, listed } from './weak-decode.ts';

/** HTTP headers by canonical name (Go: `http.Header`). */
export type Header = Readonly<Record<string, readonly string[]>>;

/**
 * Headers in any of the forms that Vault takes: an object of texts and lists of texts; the same as JSON, or as JSON in
 * base64; a list of `name:value`.
 *
 * @throws {FieldError} with Vault's text, less the value
 */
export function decodeHeader(value: unknown): Header {
  if (typeof value === 'string') return fromObject(parseObject(decodeBase64(value) ?? value));
  const object = asMap(value);
  return object ? fromObject(object) : fromPairs(listed(value));
}

function asMap(value: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeMap(value);
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}

function fromObject(object: Readonly<Record<string, unknown>>): Header {
  return collect(
    Object.entries(object).flatMap(([name, value]) => {
      if (typeof value === 'string') return [[name, value] as const];
      if (!Array.isArray(value)) throw new FieldError('unrecognized type');
      return value.map((item: unknown) => {
        if (typeof item === 'string') return [name, item] as const;
        throw new FieldError(`received non-string value for header key:${name}`);
      });
    }),
  );
}

function fromPairs(items: readonly unknown[]): Header {
  return collect(
    items.map((item) => {
      const colon = typeof item === 'string' ? item.indexOf(':') : -1;
      if (typeof item !== 'string' || colon < 1) throw new FieldError('invalid key pair');
      return [item.slice(0, colon), item.slice(colon + 1)] as const;
    }),
  );
}

function collect(pairs: readonly (readonly [string, string])[]): Header {
  const headers = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const key = canonicalName(name);
    const values = headers.get(key);
    if (values) values.push(value);
    else headers.set(key, [value]);
  }
  return Object.fromEntries(headers);
}

/** `x-vault-token` as `X-Vault-Token`; what is no header name stays (Go: `textproto.CanonicalMIMEHeaderKey`). */
function canonicalName(name: string): string {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name;
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

function decodeBase64(text: string): string | undefined {
  const compact = text.replace(/[\r\n]/g, '');
  const groups = /^[A-Za-z0-9+/]*={0,2}$/.test(compact) && compact.length % 4 === 0;
  return groups ? Buffer.from(compact, 'base64').toString('utf8') : undefined;
}

/** The object that a text begins with; as Go's decoder, it does not look at what follows. Numbers stay as written. */
function parseObject(text: string): Readonly<Record<string, unknown>> {
  if (text === '') throw new FieldError("'data' being decoded is nil");
  const json = firstObject(text);
  const value = parseJson(json) === undefined ? undefined : parseJson(json.replace(TOKEN, quoted));
  if (value === null) return {};
  if (!isJsonObject(value)) throw new FieldError('not a JSON object');
  return value;
}

// The parser's text quotes what it stumbled over.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text or a number of JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

function quoted(token: string): string {
  return token.startsWith('"') ? token : `"${token}"`;
}

function firstObject(text: string): string {
  if (!/^[ \t\r\n]*\{/.test(text)) return text;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') inText = !inText;
    else if (inText) at += character === '\\' ? 1 : 0;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return text.slice(0, at + 1);
  }
  return text;
}
