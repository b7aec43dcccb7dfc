import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { KmsError } from './errors.ts';

/** The signed parts of a request (AWS Signature Version 4, "Create a signed request"). */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as received. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials: required with every request. */
  readonly sessionToken?: string;
}

/** Sender and Region of a request; one endpoint serves all Regions. */
export interface Signer<Known extends AccessKey> {
  readonly accessKey: Known;
  readonly region: string;
}

const SERVICE = 'kms';
const MAX_SKEW = 5 * 60 * 1000;

/**
 * Verifies a request in full: canonical request, signed headers, body hash, scope, date and session token.
 *
 * @param now milliseconds since the epoch, of the clock that clients sign with
 * @throws {KmsError} MissingAuthenticationTokenException, IncompleteSignatureException, UnrecognizedClientException,
 * InvalidSignatureException
 */
export function verifySignature<Known extends AccessKey>(
  request: SignedRequest,
  accessKeys: readonly Known[],
  now: number,
): Signer<Known> {
  const authorization = parseAuthorization(request.headers['authorization']);
  const { accessKeyId, date, region, service, terminator, signedHeaders, signature } = authorization;
  const accessKey = accessKeys.find((known) => known.accessKeyId === accessKeyId);
  if (accessKey === undefined || accessKey.sessionToken !== request.headers['x-amz-security-token']) {
    throw new KmsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (service !== SERVICE) throw mismatch(`Credential should be scoped to correct service: '${SERVICE}'.`);
  if (terminator !== 'aws4_request')
    throw mismatch("Credential should be scoped with a valid terminator: 'aws4_request'.");
  const amzDate = request.headers['x-amz-date'] ?? '';
  checkDate(amzDate, date, now);
  for (const name of Object.keys(request.headers)) {
    const required = name === 'host' || name.startsWith('x-amz-');
    if (required && !signedHeaders.includes(name)) throw mismatch(`'${name}' must be a 'SignedHeader' in the request.`);
  }
  const stringToSign = [
    'AWS4-HMAC-SHA256',
    amzDate,
    `${date}/${region}/${service}/${terminator}`,
    sha256(canonicalRequest(request, signedHeaders)),
  ].join('\n');
  const expected = hmac(signingKey(accessKey.secretAccessKey, date, region), stringToSign);
  const given = Buffer.from(signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
        'and signing method. Consult the service documentation for details.',
    );
  }
  return { accessKey, region };
}

interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parseAuthorization(header: string | undefined): Authorization {
  if (header === undefined || header === '') {
    throw new KmsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const match =
    /^AWS4-HMAC-SHA256 +Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/([^/,]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]+)$/.exec(
      header,
    );
  if (match === null) throw new KmsError('IncompleteSignatureException', 'The Authorization header is incomplete.');
  const [, accessKeyId = '', date = '', region = '', service = '', terminator = '', names = '', signature = ''] = match;
  return { accessKeyId, date, region, service, terminator, signedHeaders: names.split(';'), signature };
}

function checkDate(amzDate: string, scopeDate: string, now: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate);
  if (match === null) throw new KmsError('IncompleteSignatureException', 'X-Amz-Date is missing or malformed.');
  const [, year, month, day, hour, minute, second] = match;
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (!(Math.abs(now - signedAt) <= MAX_SKEW)) throw mismatch(`Signature expired: ${amzDate} is too far from now`);
  if (!amzDate.startsWith(scopeDate))
    throw mismatch('Date in Credential scope does not match YYYYMMDD from X-Amz-Date');
}

function canonicalRequest({ method, url, headers, body }: SignedRequest, signedHeaders: readonly string[]): string {
  const [path = '/', query = ''] = url.split('?', 2);
  const canonicalHeaders = signedHeaders.map((name) => {
    const value = headers[name];
    if (value === undefined) throw mismatch(`The signed header '${name}' is not in the request.`);
    return `${name}:${value.trim().replace(/ +/g, ' ')}\n`;
  });
  const bodyHash = sha256(body);
  const declared = headers['x-amz-content-sha256'];
  if (declared !== undefined && declared !== bodyHash) {
    throw mismatch("The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  const canonicalQuery = query.split('&').sort().join('&');
  return [method, path, canonicalQuery, canonicalHeaders.join(''), signedHeaders.join(';'), bodyHash].join('\n');
}

function signingKey(secret: string, date: string, region: string): Buffer {
  return [date, region, SERVICE, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  );
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function mismatch(message: string): KmsError {
  return new KmsError('InvalidSignatureException', message);
}
