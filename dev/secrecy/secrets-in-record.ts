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
  return pairs.flatMap(([name, text]) =>
    PUBLIC.includes(name) || typeof text !== 'string' ? [] : [{ what: `${path} ${name}`, bytes: Buffer.from(text) }],
  );
}

function splitPair(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}
