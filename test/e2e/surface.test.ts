import { expect, it } from 'vitest';
import { isLegacy } from '../support/server/legacy.ts';
import { onEachServer } from '../support/server/on-each-server.ts';

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Reference } } };
}
interface Reference {
  readonly $ref: string;
}
interface PathItem {
  readonly get?: Operation;
  readonly post?: Operation;
  readonly delete?: Operation;
  readonly 'x-vault-createSupported'?: boolean;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
interface Schema {
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What Vault Enterprise has: methods of each path and their operation ids, which API clients are generated from. */
const SURFACE = {
  '/key/': { get: 'key-management-list-keys' },
  '/key/{name}': {
    get: 'key-management-read-key',
    post: 'key-management-update-key',
    delete: 'key-management-delete-key',
  },
  '/key/{name}/rotate': { post: 'key-management-rotate-key' },
  '/key/{name}/kms/': { get: 'key-management-list-kms-providers-for-key' },
  '/kms/': { get: 'key-management-list-kms-providers' },
  '/kms/{name}': {
    get: 'key-management-read-kms-provider',
    post: 'key-management-write-kms-provider',
    delete: 'key-management-delete-kms-provider',
  },
  '/kms/{name}/key/': { get: 'key-management-list-keys-in-kms-provider' },
  '/kms/{name}/key/{key_name}': {
    get: 'key-management-read-key-in-kms-provider',
    post: 'key-management-distribute-key-in-kms-provider',
    delete: 'key-management-delete-key-in-kms-provider',
  },
};

/** What this engine has beyond that. */
const EXTENSIONS = {
  '/kms/{name}/check': { post: 'key-management-check-kms-provider' },
  '/kms/{name}/status': { get: 'key-management-read-kms-provider-status' },
  '/kms/{name}/key/{key_name}/status': { get: 'key-management-read-key-status-in-kms-provider' },
  '/kms/{name}/key/{key_name}/sync': { post: 'key-management-sync-key-in-kms-provider' },
};

const HELP = {
  key: 'List',
  'key/any': 'Read, write, and delete keys.',
  'key/any/rotate': 'Rotate a named key.',
  'key/any/kms': 'List the KMS providers that a named key exists in.',
  kms: 'List',
  'kms/any': 'Read, write, and delete KMS providers.',
  'kms/any/key': 'List the keys that exist in the KMS provider.',
  'kms/any/key/other': 'Distribute, remove, and read keys in the KMS provider.',
  'kms/any/check': 'Try out what the credentials of the KMS provider allow.',
  'kms/any/status': 'Ask the KMS provider for the state of its keys.',
  'kms/any/key/other/status': 'Ask the KMS provider for the state of a distributed key.',
  'kms/any/key/other/sync': 'Repair a distributed key in the KMS provider.',
};

function operationIds(item: PathItem): Record<string, string> {
  const methods = (['get', 'post', 'delete'] as const).map((method) => [method, item[method]?.operationId]);
  return Object.fromEntries(methods.filter(([, id]) => id !== undefined)) as Record<string, string>;
}

onEachServer('what the server shows of the engine', (stage) => {
  it.each(Object.entries(HELP))('explains %s', async (path, text) => {
    const help = await stage().cli('path-help', `keymgmt/${path}`);
    expect(help).toContain(text);
    expect(help).toMatch(/^Request: +\S/m);
    expect(help).toMatch(/^Matching Route: +\^/m);
    expect(help).not.toContain('<no ');
  });

  it('names every path in the help of the mount', async () => {
    const help = await stage().cli('path-help', 'keymgmt');
    expect(help.match(/^ {4}\^.*\$$/gm)).toHaveLength(Object.keys({ ...SURFACE, ...EXTENSIONS }).length);
  });

  it("has its part in the server's whole OpenAPI document", async () => {
    const { status, text } = await stage().http('GET', 'sys/internal/specs/openapi');
    expect(status).toBe(200);
    const { paths, components } = JSON.parse(text) as OpenApi;
    // A part that is wrong would cost the server the document of all mounts.
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/cubbyhole/{path}', '/sys/mounts']));
    const own = Object.entries(paths).filter(([path]) => path.startsWith('/keymgmt/'));
    const shown = own.map(([path, item]) => [path.slice('/keymgmt'.length), operationIds(item)]);
    const surface = { ...SURFACE, ...EXTENSIONS };
    if (isLegacy(stage().server.binary)) {
      expect(shown.map(([path]) => path).sort()).toEqual(Object.keys(surface).sort());
      return;
    }
    expect(Object.fromEntries(shown)).toEqual(surface);
    const creatable = own.filter(([, item]) => item['x-vault-createSupported'] === true).map(([path]) => path);
    expect(creatable.sort()).toEqual(['/keymgmt/key/{name}', '/keymgmt/kms/{name}']);

    const bodyOf = (path: string): readonly string[] => {
      const reference = paths[path]?.post?.requestBody?.content['application/json'].schema.$ref ?? '';
      return Object.keys(components.schemas[reference.split('/').at(-1) ?? '']?.properties ?? {}).sort();
    };
    expect(bodyOf('/keymgmt/key/{name}')).toEqual([
      'deletion_allowed',
      'min_enabled_version',
      'replica_regions',
      'type',
    ]);
    expect(bodyOf('/keymgmt/kms/{name}')).toEqual(['credentials', 'key_collection', 'provider']);
    // Like Vault's framework, ours shows a field of the query (`force`, of a removal) in the body as well.
    expect(bodyOf('/keymgmt/kms/{name}/key/{key_name}')).toEqual(['force', 'protection', 'purpose']);
  });

  it('is a plugin with a version that the server knows', async (context) => {
    if (isLegacy(stage().server.binary)) {
      context.skip();
    }
    const { body } = await stage().http('GET', 'sys/mounts/keymgmt');
    const mount = (body.data ?? body) as { type: string; running_plugin_version?: string; running_sha256?: string };
    expect(mount.type).toBe('keymgmt');
    expect(mount.running_plugin_version).toMatch(/^v\d+\.\d+\.\d+$/);
    expect(mount.running_sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('tells create from update, as policies do', async () => {
    const policy = 'path "keymgmt/key/*" { capabilities = ["create"] }';
    await stage().http('PUT', 'sys/policies/acl/create-only', { policy });
    const { body } = await stage().http('POST', 'auth/token/create', { policies: ['create-only'] });
    const { client_token: token } = (body as { auth: { client_token: string } }).auth;
    const write = async (): Promise<number> =>
      (await stage().http('POST', 'keymgmt/key/once', {}, { 'X-Vault-Token': token })).status;
    expect(await write()).toBe(204);
    expect(await write()).toBe(403);
  });

  it('answers 404 for a path that it has not, and 405 for a method', async () => {
    expect((await stage().http('GET', 'keymgmt/nothing')).status).toBe(404);
    expect((await stage().http('DELETE', 'keymgmt/key/any/rotate')).status).toBe(405);
  });
});
