import type { RunningServer } from '../../../dev/servers/start-server.ts';

/** Key material as the server holds it behind its barrier. */
export interface StoredMaterial {
  /** `<mount>material/<name>/<version>`. */
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Reads all key material of every mount through `sys/raw`, past the engine. The first byte of an entry is its format.
 */
export async function materialInStorage(server: RunningServer): Promise<readonly StoredMaterial[]> {
  const mounts = Object.entries((await server.http('GET', 'sys/mounts')).body.data ?? {});
  const found: StoredMaterial[] = [];
  for (const [mount, description] of mounts) {
    const { type, uuid } = description as { type: string; uuid: string };
    if (type !== 'keymgmt') continue;
    const root = `sys/raw/logical/${uuid}/material/`;
    for (const name of await list(server, root)) {
      for (const version of await list(server, root + name)) {
        const { body } = await server.http('GET', `${root}${name}${version}?encoding=base64`);
        const value = Buffer.from(body.data?.['value'] as string, 'base64');
        found.push({ path: `${mount}material/${name}${version}`, bytes: value.subarray(1) });
      }
    }
  }
  return found;
}

async function list(server: RunningServer, path: string): Promise<readonly string[]> {
  const { body } = await server.http('LIST', path);
  return (body.data?.['keys'] ?? []) as readonly string[];
}
