import { describe, expect, it } from 'vitest';
import { startEngine } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';

interface Operation {
  readonly operationId: string;
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: { readonly $ref: string } } };
  };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: Record<string, object> }>> };
}

/** Operation ids of Vault Enterprise 2.1.0, by path and method. */
const ENTERPRISE = {
  '/key/': { get: 'list-keys' },
  '/key/{name}': { get: 'read-key', post: 'update-key', delete: 'delete-key' },
  '/key/{name}/kms/': { get: 'list-kms-providers-for-key' },
  '/key/{name}/rotate': { post: 'rotate-key' },
  '/kms/': { get: 'list-kms-providers' },
  '/kms/{name}': { get: 'read-kms-provider', post: 'write-kms-provider', delete: 'delete-kms-provider' },
  '/kms/{name}/key/': { get: 'list-keys-in-kms-provider' },
  '/kms/{name}/key/{key_name}': {
    get: 'read-key-in-kms-provider',
    post: 'distribute-key-in-kms-provider',
    delete: 'delete-key-in-kms-provider',
  },
};

/** What goes beyond Enterprise. */
const ADDED = {
  '/kms/{name}/check': { post: 'check-kms-provider' },
  '/kms/{name}/status': { get: 'read-kms-provider-status' },
  '/kms/{name}/key/{key_name}/status': { get: 'read-key-status-in-kms-provider' },
  '/kms/{name}/key/{key_name}/sync': { post: 'sync-key-in-kms-provider' },
};

describe('the OpenAPI document', () => {
  const load = async (): Promise<Document> => {
    const engine = await startEngine({ drivers: modelCloud().drivers });
    const help = await engine.request('help', '', { requestResponsePrefix: 'keymgmt' });
    return help?.data?.['openapi'] as unknown as Document;
  };

  it('has the operations of Vault Enterprise under the same ids, and only the additions that are listed', async () => {
    const { paths } = await load();
    const shown = Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        ['get', 'post', 'delete'].flatMap((method) => {
          const id = item[method]?.operationId;
          return id === undefined ? [] : [[method, id.replace(/^key-management-/, '')]];
        }),
      ),
    ]);
    expect(Object.fromEntries(shown)).toEqual({ ...ENTERPRISE, ...ADDED });
  });

  it('names request bodies and their fields as Enterprise does', async () => {
    const { schemas } = (await load()).components;
    const fieldsOf = (name: string): readonly string[] => Object.keys(schemas[name]?.properties ?? {});
    expect(fieldsOf('KeyManagementUpdateKeyRequest')).toEqual([
      'deletion_allowed',
      'min_enabled_version',
      'replica_regions',
      'type',
    ]);
    expect(fieldsOf('KeyManagementWriteKmsProviderRequest')).toEqual(['credentials', 'key_collection', 'provider']);
    expect(schemas['KeyManagementWriteKmsProviderRequest']).toMatchObject({ required: ['key_collection', 'provider'] });
    expect(schemas['KeyManagementDistributeKeyInKmsProviderRequest']).toMatchObject({
      required: ['purpose'],
      properties: {
        protection: { default: 'hsm', enum: ['hsm', 'software'], type: 'string' },
        purpose: { type: 'array', items: { type: 'string' } },
      },
    });
    expect(schemas['KeyManagementUpdateKeyRequest']?.properties['type']).toMatchObject({ default: 'rsa-2048' });
  });
});
