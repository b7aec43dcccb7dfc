import type { Answer, Method } from '../servers/http-client.ts';
import { secretsInRecord, type StoredSecret } from './secrets-in-record.ts';

/** A server that answers `sys/raw`. */
export interface RawServer {
  http(method: Method, path: string): Promise<Answer>;
}

/**
 * Reads all secrets that the engine's mounts have in storage, through `sys/raw`, past the engine; those in namespaces
 * right below the root too.
 */
export async function storedSecrets(server: RawServer): Promise<readonly StoredSecret[]> {
  const found = [...(await secretsOfMounts(server, '', 'logical/'))];
  // OpenBao only; others answer without any.
  const namespaces = Object.entries((await server.http('LIST', 'sys/namespaces')).body.data?.['key_info'] ?? {});
  for (const [namespace, { uuid }] of namespaces as [string, { readonly uuid: string }][]) {
    found.push(...(await secretsOfMounts(server, namespace, `namespaces/${uuid}/logical/`)));
  }
  return found;
}

async function secretsOfMounts(server: RawServer, namespace: string, root: string): Promise<readonly StoredSecret[]> {
  const mounts = Object.entries((await server.http('GET', `${namespace}sys/mounts`)).body.data ?? {});
  const found: StoredSecret[] = [];
  for (const [mount, description] of mounts) {
    const { type, uuid } = description as { type: string; uuid: string };
    if (type !== 'keymgmt') continue;
    const records = `sys/raw/${root}${uuid}/`;
    for (const key of [...(await below(server, records, 'kms/')), ...(await below(server, records, 'material/'))]) {
      const { status, body } = await server.http('GET', `${records}${key}?encoding=base64`);
      // Deleted since it was listed.
      if (status === 404) continue;
      const value = Buffer.from(body.data?.['value'] as string, 'base64');
      const secrets = secretsInRecord(key, value);
      found.push(...secrets.map(({ what, bytes }) => ({ what: `${namespace}${mount}${what}`, bytes })));
    }
  }
  return found;
}

/** Keys of all records below a prefix. */
async function below(server: RawServer, root: string, prefix: string): Promise<readonly string[]> {
  const { body } = await server.http('LIST', root + prefix);
  const keys: string[] = [];
  for (const name of (body.data?.['keys'] ?? []) as readonly string[]) {
    if (name.endsWith('/')) keys.push(...(await below(server, root, prefix + name)));
    else keys.push(prefix + name);
  }
  return keys;
}
