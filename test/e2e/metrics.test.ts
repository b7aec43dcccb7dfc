import { expect, it } from 'vitest';
import { onEachServer } from '../support/server/on-each-server.ts';

onEachServer('metrics and info', (stage) => {
  it('answers a token that may read metrics and nothing else with the text of Prometheus', async () => {
    const policy = 'path "keymgmt/metrics" { capabilities = ["read"] }';
    await stage().http('PUT', 'sys/policies/acl/scraper', { policy });
    const { body } = await stage().http('POST', 'auth/token/create', { policies: ['scraper'] });
    const { client_token: token } = (body as { auth: { client_token: string } }).auth;
    await stage().cli('write', 'keymgmt/key/app', 'type=aes256-gcm96');
    await stage().noteMaterial();
    const bearer = { 'X-Vault-Token': '', Authorization: `Bearer ${token}` };
    const { status, text } = await stage().http('GET', 'keymgmt/metrics', undefined, bearer);
    expect([status, text]).toEqual([200, expect.stringMatching(/^# HELP keymgmt_build_info Always 1/)]);
    expect(text).toMatch(/^keymgmt_active 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect((await stage().http('GET', 'keymgmt/info', undefined, bearer)).status).toBe(403);
  });

  it('says which build answers', async () => {
    const { body } = await stage().http('GET', 'keymgmt/info');
    expect(body.data).toMatchObject({ runtime: { executable: 'script', platform: process.platform } });
    expect(body.data?.['version']).toMatch(/^\d+\.\d+\.\d+$/);
    expect(body.data?.['commit']).toMatch(/^(unknown|[0-9a-f]{40}(-dirty)?)$/);
  });
});
