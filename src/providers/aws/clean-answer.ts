import { isObject, memberOf, type Members } from '../http/members.ts';
import { printable } from '../http/printable.ts';
import { REASON_BY_CODE } from './error-reasons.ts';

/** A complete HTTP response. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The response members that the adapter reads, with their types; all others are removed. */
const LISTS = ['Aliases', 'Keys', 'Tags'];
const TEXTS = ['NextMarker', 'PublicKey', 'ImportToken', 'KeyId', 'KeyMaterialId'];
const OBJECTS = ['KeyMetadata'];
/** ListKeys has the longest pages of all calls. */
const LONGEST_LIST = 1_000;
/** No ARN, alias, tag or state is longer. Bounds memory, as tags are cached for each KMS key of an account. */
const LONGEST_SCALAR = 512;

/**
 * Sanitizes a response before the SDK parses it, because an endpoint is not trusted. An error keeps a known AWS KMS error
 * code and a short message; any other response keeps the members that the adapter reads, if they have the right type. A
 * success that is not a JSON object is passed on unchanged, and the SDK reports it as unreadable.
 *
 * @throws {Error} `AnswerTooLarge` for a list longer than any of AWS KMS; truncating it would hide KMS keys
 */
export function cleanAnswer({ statusCode, headers, body }: RawAnswer): RawAnswer {
  const members = membersOf(body);
  const cleaned = statusCode < 300 ? members && cleanSuccess(members) : cleanError(members, headers);
  return { statusCode, headers: cleanHeaders(headers), body: cleaned ? Buffer.from(JSON.stringify(cleaned)) : body };
}

function cleanSuccess(members: Members): object {
  const lists = LISTS.flatMap((name) => {
    const list = memberOf(members, name);
    if (!Array.isArray(list)) return [];
    if (list.length > LONGEST_LIST) {
      throw Object.assign(new Error(`the answer has a list of ${list.length} members`), { name: 'AnswerTooLarge' });
    }
    return [[name, list.flatMap((each) => scalarsOf(each) ?? [])]];
  });
  const texts = TEXTS.flatMap((name) => {
    const text = memberOf(members, name);
    return typeof text === 'string' ? [[name, text]] : [];
  });
  const objects = OBJECTS.flatMap((name) => {
    const scalars = scalarsOf(memberOf(members, name));
    return scalars ? [[name, scalars]] : [];
  });
  return Object.fromEntries([...lists, ...texts, ...objects]) as object;
}

function cleanError(members: Members | undefined, headers: RawAnswer['headers']): object {
  const given = [memberOf(members, '__type'), memberOf(members, 'code'), headers['x-amzn-errortype']];
  // May be prefixed with the service name, or followed by a URL.
  const code = given.find((each) => typeof each === 'string')?.replace(/^.*#|[:,].*$/gs, '');
  if (code === undefined || !Object.hasOwn(REASON_BY_CODE, code)) return {};
  const texts = [memberOf(members, 'message'), memberOf(members, 'Message')];
  return { __type: code, message: printable(texts.find((each) => typeof each === 'string') ?? '') };
}

/** The request ID, a UUID, and the date, by which the SDK corrects its clock for signatures. */
function cleanHeaders(headers: RawAnswer['headers']): RawAnswer['headers'] {
  const { date, 'x-amzn-requestid': requestId } = headers;
  return {
    ...(date !== undefined && !Number.isNaN(Date.parse(date)) && { date }),
    ...(requestId !== undefined && /^[\w-]{1,64}$/.test(requestId) && { 'x-amzn-requestid': requestId }),
  };
}

function membersOf(body: Buffer): Members | undefined {
  // Some calls, such as ImportKeyMaterial, may return no body.
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The members that are short strings, numbers or booleans; undefined if the value is not an object. */
function scalarsOf(value: unknown): object | undefined {
  if (!isObject(value)) return undefined;
  const scalars = Object.entries(value).filter(([, each]) =>
    typeof each === 'string' ? each.length <= LONGEST_SCALAR : ['number', 'boolean'].includes(typeof each),
  );
  return Object.fromEntries(scalars);
}
