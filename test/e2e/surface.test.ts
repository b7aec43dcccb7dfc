import { expect, it } from 'vitest';
import { EXPECTED, EXPECTED_QUERY } from '../keymgmt/expected-openapi.ts';
import { factsOf, queryOf, type Document } from '../keymgmt/openapi-facts.ts';
import { isLegacy } from '../support/server/legacy.ts';
import { onEachServer } from '../support/server/on-each-server.ts';

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
  status: 'The state of the mount, without asking a KMS.',
  info: 'Version, runtime and providers of the plugin.',
  metrics: 'Metrics of the mount, in the text format of Prometheus.',
};

const MOUNT = '/keymgmt/';

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
    expect(help.match(/^ {4}\^.*\$$/gm)).toHaveLength(Object.keys(EXPECTED).length);
  });

  it("has its part in the server's whole OpenAPI document", async () => {
    const { status, text } = await stage().http('GET', 'sys/internal/specs/openapi');
    expect(status).toBe(200);
    const { paths, components } = JSON.parse(text) as Document;
    // A part that is wrong would cost the server the document of all mounts.
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/cubbyhole/{path}', '/sys/mounts']));
    const own = Object.entries(paths).filter(([path]) => path.startsWith(MOUNT));
    const shown = Object.fromEntries(own.map(([path, item]) => [path.slice(MOUNT.length - 1), item]));
    if (isLegacy(stage().server.binary)) {
      expect(Object.keys(shown).sort()).toEqual(Object.keys(EXPECTED).sort());
      return;
    }
    expect(factsOf({ paths: shown, components })).toEqual(EXPECTED);
    expect(queryOf({ paths: shown, components })).toEqual(EXPECTED_QUERY);
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
