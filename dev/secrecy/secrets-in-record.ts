import { createPrivateKey } from 'node:crypto';

/** Credentials that say where an account is, and not who may use it. */
const PUBLIC: readonly string[] = [
  ...['endpoint', 'authority_host', 'environment', 'tenant_id', 'client_id', 'service_account_file'],
];

/** A secret in a record of the engine, or in a request to it. */
export interface StoredSecret {
  readonly what: string;
  readonly bytes: Buffer;
}

/** The secrets in a record of the engine's storage: material (after a byte of format), or credentials of a KMS. */
export function secretsInRecord(key: string, value: Uint8Array): readonly StoredSecret[] {
  if (key.startsWith('material/')) return [{ what: key, bytes: Buffer.from(value).subarray(1) }];
  if (!key.startsWith('kms/')) return [];
  return secretsInRequest(key, JSON.parse(Buffer.from(value).toString('utf8')));
}

/** The credentials in a write to `kms/:name`, accepted or not: an object, or a list of `name=value`. */
export function secretsInRequest(path: string, data: unknown): readonly StoredSecret[] {
  if (!path.startsWith('kms/')) return [];
  const { credentials } = (data ?? {}) as { readonly credentials?: unknown };
  const pairs = Array.isArray(credentials)
    ? credentials.filter((each) => typeof each === 'string').map(splitPair)
    : Object.entries(typeof credentials === 'object' && credentials !== null ? credentials : {});
  return pairs.flatMap(([name, text]) => {
    if (typeof text !== 'string') return [];
    const what = `${path} ${name}`;
    const inFile = secretsInFile(what, text);
    return inFile ?? (PUBLIC.includes(name) ? [] : [{ what, bytes: Buffer.from(text) }]);
  });
}

/**
 * The secrets in the content of a file of Google's credentials, which says whose they are as well, and that may be shown;
 * undefined for what is no such content. A private key is given as DER, to be searched for in all that it may be written as.
 */
function secretsInFile(what: string, text: string): readonly StoredSecret[] | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  let json: Readonly<Record<string, unknown>>;
  let key: Buffer | undefined;
  try {
    json = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const pem = json['private_key'];
    key = typeof pem === 'string' ? createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' }) : undefined;
  } catch {
    return undefined;
  }
  const texts = ['client_secret', 'refresh_token'].flatMap((name) => {
    const value = json[name];
    return typeof value === 'string' ? [{ what: `${what} ${name}`, bytes: Buffer.from(value) }] : [];
  });
  const source = json['source_credentials'];
  const inner = source === undefined ? [] : (secretsInFile(what, JSON.stringify(source)) ?? []);
  const found = [...(key ? [{ what: `${what} private_key`, bytes: key }] : []), ...texts, ...inner];
  return found.length > 0 ? found : undefined;
}

function splitPair(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}
