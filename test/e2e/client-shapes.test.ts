import { expect, it } from 'vitest';
import type { Method } from '../../dev/servers/http-client.ts';
import { isLegacy } from '../support/server/legacy.ts';
import { onEachServer } from '../support/server/on-each-server.ts';

// Requests in the shapes that well-known clients send. Each must be taken as it is.
onEachServer("other clients' ways to ask", (stage, binary) => {
  const accepted = async (method: Method, path: string, body?: unknown): Promise<void> => {
    expect(await stage().http(method, `keymgmt/${path}`, body), `${method} ${path}`).toMatchObject({
      status: 204,
      text: '',
    });
  };
  const credentials = (): Record<string, unknown> => stage().provider['credentials'] as Record<string, unknown>;

  it("takes the web UI's form of a key: the type first, its settings in a second write", async () => {
    // The UI opens its pages of the engine for mounts of this type.
    const mount = await stage().http('GET', 'sys/internal/ui/mounts/keymgmt');
    expect(mount.body.data).toMatchObject({ path: 'keymgmt/', type: 'keymgmt' });
    await accepted('POST', 'key/ui', { type: 'aes256-gcm96' });
    await accepted('PUT', 'key/ui', { deletion_allowed: true, min_enabled_version: 0 });
    const { body } = await stage().http('GET', 'keymgmt/key/ui');
    expect(body.data).toMatchObject({ deletion_allowed: true, min_enabled_version: 0 });
    expect(Object.keys(body.data?.['versions'] as object)).toEqual(['1']);
  });

  it("takes the web UI's form of a provider: fields of its own, null for what was left empty", async () => {
    const own = { name: 'ui', backend: 'keymgmt' };
    await accepted('PUT', 'kms/ui', {
      ...own,
      ...stage().provider,
      credentials: { ...credentials(), session_token: null },
    });
    expect((await stage().http('GET', 'keymgmt/kms/ui')).body.data).toEqual({
      provider: 'awskms',
      key_collection: 'eu-central-1',
    });
  });

  it("takes the web UI's distribution, rotation and removal", async () => {
    await accepted('PUT', 'kms/ui/key/ui', { purpose: 'encrypt,decrypt', protection: 'hsm' });
    await accepted('PUT', 'key/ui/rotate');
    const { body } = await stage().http('GET', 'keymgmt/kms/ui/key/ui');
    expect((body.data?.['purpose'] as string).split(',')).toEqual(['decrypt', 'encrypt']);
    await accepted('DELETE', 'kms/ui/key/ui');
  });

  it('takes an endpoint that is null as none', async () => {
    await accepted('PUT', 'kms/null-endpoint', {
      ...stage().provider,
      credentials: { ...credentials(), endpoint: null },
    });
  });

  it("takes forms' empty texts for what was left alone", async () => {
    const left = { type: '', min_enabled_version: '', deletion_allowed: '' };
    await accepted('PUT', 'key/ui', left);
    expect((await stage().http('GET', 'keymgmt/key/ui')).body.data).toMatchObject({
      type: 'aes256-gcm96',
      deletion_allowed: true,
      min_enabled_version: 0,
    });
    await accepted('PUT', 'kms/ui', { provider: '', key_collection: '' });
    await accepted('PUT', 'kms/ui/key/ui', { purpose: 'encrypt,decrypt', protection: '' });
    await accepted('DELETE', 'kms/ui/key/ui');
  });

  it('gives a list in pages, as OpenBao gives its own', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await accepted('PUT', `key/${name}`, { type: 'aes256-gcm96' });
    const list = async (query: string): Promise<unknown> =>
      (await stage().http('LIST', `keymgmt/key?${query}`)).body.data?.['keys'];
    // Vault 1.11 does not pass on what is asked of a list.
    const page = isLegacy(binary) ? await list('') : ['page-2', 'page-3'];
    expect(await list('after=page-1&limit=2')).toEqual(page);
    expect(await list('limit=0')).toEqual(await list(''));
    const { body } = await stage().http('GET', 'keymgmt/key?list=true&after=page-2&limit=1');
    expect(body.data?.['keys']).toEqual(isLegacy(binary) ? page : ['page-3']);
  });

  it("takes Terraform's key: nothing but what has changed", async () => {
    await accepted('PUT', 'key/tf', { type: 'aes256-gcm96' });
    await accepted('PUT', 'key/tf', { deletion_allowed: true });
    await accepted('PUT', 'key/tf', { min_enabled_version: 1 });
    expect((await stage().http('GET', 'keymgmt/key/tf')).body.data).toMatchObject({
      type: 'aes256-gcm96',
      deletion_allowed: true,
      min_enabled_version: 1,
    });
  });

  it("takes Terraform's provider: an update names neither key_collection nor, at times, credentials", async () => {
    await accepted('PUT', 'kms/tf', stage().provider);
    await accepted('PUT', 'kms/tf', { provider: 'awskms', credentials: credentials() });
    await accepted('PUT', 'kms/tf', { provider: 'awskms' });
    expect((await stage().http('GET', 'keymgmt/kms/tf')).body.data).toMatchObject({ key_collection: 'eu-central-1' });
  });

  it("takes Terraform's distribution: purposes as an array, in any order; an empty body to rotate", async () => {
    await accepted('PUT', 'kms/tf/key/tf', { protection: 'hsm', purpose: ['decrypt', 'encrypt'] });
    await accepted('PUT', 'key/tf/rotate', {});
    expect((await stage().http('GET', 'keymgmt/kms/tf/key/tf')).body.data).toMatchObject({
      purpose: 'decrypt,encrypt',
    });
  });

  it('tells Terraform in the words that it looks for', async () => {
    const wrong = await stage().http('PUT', 'keymgmt/key/wrong', { type: 'aes128' });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors?.[0]).toContain('unsupported key type');
    const missing = await stage().http('PUT', 'keymgmt/key/missing/rotate', {});
    expect(missing.body.errors?.[0]).toMatch(/key ".*" not found/);
  });

  it('takes a list of k=v as credentials, as the documentation shows it', async () => {
    const list = Object.entries(credentials()).map(([name, value]) => `${name}=${String(value)}`);
    await accepted('POST', 'kms/listed', { ...stage().provider, credentials: list });
    await accepted('POST', 'key/listed', { type: 'aes256-gcm96' });
    await accepted('POST', 'kms/listed/key/listed', { purpose: ['encrypt', 'decrypt'] });
  });

  it("takes the command line's numbers and truth values, which are strings", async () => {
    await stage().cli('write', 'keymgmt/key/cli', 'type=aes256-gcm96', 'deletion_allowed=true');
    await stage().cli('write', '-f', 'keymgmt/key/cli/rotate');
    await stage().cli('write', 'keymgmt/key/cli', 'min_enabled_version=2', 'deletion_allowed=false');
    expect((await stage().http('GET', 'keymgmt/key/cli')).body.data).toMatchObject({
      min_enabled_version: 2,
      deletion_allowed: false,
    });
  });

  it('makes an rsa-2048 key where no type is given, and shows its public key', async () => {
    await accepted('POST', 'key/default', {});
    const { body } = await stage().http('GET', 'keymgmt/key/default');
    expect(body.data).toMatchObject({
      type: 'rsa-2048',
      versions: { '1': { public_key: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/) as string } },
    });
  });
});
