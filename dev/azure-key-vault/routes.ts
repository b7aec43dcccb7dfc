/** What a request asks for. */
export interface Route {
  /** Its name in the audit log. */
  readonly operation: string;
  /** Empty where the path has none. */
  readonly name: string;
  readonly version: string;
}

const CRYPTOGRAPHIC: Readonly<Record<string, string>> = {
  encrypt: 'KeyEncrypt',
  decrypt: 'KeyDecrypt',
  sign: 'KeySign',
  verify: 'KeyVerify',
  wrapkey: 'KeyWrap',
  unwrapkey: 'KeyUnwrap',
};

/** Of a key as a whole, by the last part of their paths. */
const KEY_ACTIONS: Readonly<Record<string, string>> = {
  create: 'KeyCreate',
  backup: 'KeyBackup',
  rotate: 'KeyRotate',
};

/**
 * The operation of a request (Microsoft: Key Vault REST API, keys), or undefined where there is none. Verbs of actions are
 * compared without case, and a path may end with a slash.
 */
export function routeOf(method: string, path: string): Route | undefined {
  const [collection, ...parts] = path.replace(/^\//, '').replace(/\/$/, '').split('/').map(decodeURIComponent);
  if (collection === 'keys') return keyRoute(method, parts);
  return collection === 'deletedkeys' ? deletedKeyRoute(method, parts) : undefined;
}

function keyRoute(method: string, parts: readonly string[]): Route | undefined {
  const [name = '', second = '', third = ''] = parts;
  const route = (operation: string, version = ''): Route => ({ operation, name, version });
  if (parts.length > 3) return undefined;
  if (parts.length === 0) return method === 'GET' ? route('KeyList') : undefined;
  if (method === 'POST') {
    if (parts.length === 1) return name === 'restore' ? { operation: 'KeyRestore', name: '', version: '' } : undefined;
    const action = (parts.at(-1) ?? '').toLowerCase();
    const cryptographic = CRYPTOGRAPHIC[action];
    if (cryptographic !== undefined) return route(cryptographic, parts.length === 3 ? second : '');
    const ofKey = parts.length === 2 ? KEY_ACTIONS[action] : undefined;
    return ofKey === undefined ? undefined : route(ofKey);
  }
  if (third !== '') return undefined;
  if (method === 'GET') return second === 'versions' ? route('KeyListVersions') : route('KeyGet', second);
  if (method === 'PATCH') return route('KeyUpdate', second);
  if (second !== '') return undefined;
  return method === 'PUT' ? route('KeyImport') : method === 'DELETE' ? route('KeyDelete') : undefined;
}

function deletedKeyRoute(method: string, parts: readonly string[]): Route | undefined {
  const [name = '', action] = parts;
  const route = (operation: string): Route => ({ operation, name, version: '' });
  if (parts.length === 0) return method === 'GET' ? route('KeyListDeleted') : undefined;
  if (parts.length === 2) return method === 'POST' && action === 'recover' ? route('KeyRecover') : undefined;
  if (parts.length > 2) return undefined;
  return method === 'GET' ? route('KeyGetDeleted') : method === 'DELETE' ? route('KeyPurge') : undefined;
}
