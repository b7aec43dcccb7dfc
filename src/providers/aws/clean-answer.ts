import { REASON_BY_CODE } from './error-reasons.ts';
import { printable } from './printable.ts';

/** An answer of an HTTP server, its body read to the end. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The members of answers that the adapter reads, and what they have to be; the SDK is shown no others. */
const LISTS = ['Aliases', 'Keys', 'Tags'];
const TEXTS = ['NextMarker', 'PublicKey', 'ImportToken', 'KeyId'];
const OBJECTS = ['KeyMetadata'];
/** Of AWS's pages, those of ListKeys are the longest. */
const LONGEST_LIST = 1_000;
/** No ARN, alias or tag is longer, nor is a state. Some are kept, for each KMS key of an account. */
const LONGEST_SCALAR = 512;

/**
 * What is left of an answer for the SDK to read: whoever answers may be anybody. Of an error, a code of AWS KMS with a
 * short text, or nothing; of any other answer, what the adapter asks for, where it is of the right type. A success that
 * is no JSON object stays as it is, which the SDK calls unreadable.
 *
 * @throws {Error} for a list that is longer than any of AWS KMS: to leave some of it out would say that they are not there
 */
export function cleanAnswer({ statusCode, headers, body }: RawAnswer): RawAnswer {
  const members = membersOf(body);
  const cleaned = statusCode < 300 ? members && cleanSuccess(members) : cleanError(members, headers);
  return { statusCode, headers: cleanHeaders(headers), body: cleaned ? Buffer.from(JSON.stringify(cleaned)) : body };
}

function cleanSuccess(members: Members): object {
  const lists = LISTS.flatMap((name) => {
    const list = own(members, name);
    if (!Array.isArray(list)) return [];
    if (list.length > LONGEST_LIST) {
      throw Object.assign(new Error(`the answer has a list of ${list.length} members`), { name: 'AnswerTooLarge' });
    }
    return [[name, list.flatMap((each) => scalarsOf(each) ?? [])]];
  });
  const texts = TEXTS.flatMap((name) => {
    const text = own(members, name);
    return typeof text === 'string' ? [[name, text]] : [];
  });
  const objects = OBJECTS.flatMap((name) => {
    const scalars = scalarsOf(own(members, name));
    return scalars ? [[name, scalars]] : [];
  });
  return Object.fromEntries([...lists, ...texts, ...objects]) as object;
}

function cleanError(members: Members | undefined, headers: RawAnswer['headers']): object {
  const given = [members && own(members, '__type'), members && own(members, 'code'), headers['x-amzn-errortype']];
  // With the service's name before it, or the address of a document behind.
  const code = given.find((each) => typeof each === 'string')?.replace(/^.*#|[:,].*$/gs, '');
  if (code === undefined || !Object.hasOwn(REASON_BY_CODE, code)) return {};
  const texts = [members && own(members, 'message'), members && own(members, 'Message')];
  return { __type: code, message: printable(texts.find((each) => typeof each === 'string') ?? '') };
}

/** AWS's id of the request is a UUID; the date sets the clock that requests are signed by. */
function cleanHeaders(headers: RawAnswer['headers']): RawAnswer['headers'] {
  const { date, 'x-amzn-requestid': requestId } = headers;
  return {
    ...(date !== undefined && !Number.isNaN(Date.parse(date)) && { date }),
    ...(requestId !== undefined && /^[\w-]{1,64}$/.test(requestId) && { 'x-amzn-requestid': requestId }),
  };
}

type Members = Readonly<Record<string, unknown>>;

function membersOf(body: Buffer): Members | undefined {
  // ImportKeyMaterial and others may be answered without a body.
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The members that are short texts, numbers or truth values; undefined where there is no object. */
function scalarsOf(value: unknown): object | undefined {
  if (!isObject(value)) return undefined;
  const scalars = Object.entries(value).filter(([, each]) =>
    typeof each === 'string' ? each.length <= LONGEST_SCALAR : ['number', 'boolean'].includes(typeof each),
  );
  return Object.fromEntries(scalars);
}

function own(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
