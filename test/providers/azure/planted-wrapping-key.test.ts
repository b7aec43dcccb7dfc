import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/logical/index.ts';
import { creating, MAKE_KEK, scene, TAKE_NAME } from './scene.ts';
import { makeKeysFirst } from './cloud-under-test.ts';
import { hostile, type Asked } from './hostile-vault.ts';
import { azureWorld, rootOf } from './world.ts';
import { desiredOf } from '../contract/stage.ts';

const KEK = { kty: 'RSA-HSM', key_size: 4096, key_ops: ['import'] };

makeKeysFirst();

/** The key that the material of an import is wrapped with. */
function wrappedWith({ text }: Asked): string {
  const { key } = JSON.parse(text) as { key: { key_hsm: string } };
  const file = JSON.parse(Buffer.from(key.key_hsm, 'base64url').toString()) as { header: { kid: string } };
  return file.header.kid.replace(/^.*\/keys\//, '');
}

describe('a key exchange key that somebody else has put into the vault', () => {
  it('before ours is made, under its name and with its tags, is not used, and another is made', async () => {
    const at = await hostile();
    const client = at.open();
    const made = scene(at.driver, client, { keyType: 'ecdsa-p256', purposes: ['sign'] });
    await made.take(TAKE_NAME);
    // By the driver itself, as a key of another process: name, type and tags are what they should be.
    const planted = (await made.take(MAKE_KEK)).seen;
    const again = scene(at.driver, client, { keyType: 'ecdsa-p256', purposes: ['sign'] });
    const { wrappingKey } = again.target();
    expect(await again.take(MAKE_KEK)).toEqual({
      changed: false,
      seen: [{ of: 'wrapping_key', name: wrappingKey, state: 'gone' }],
    });
    await again.reach(desiredOf({ 1: true }));
    const [sent] = at.asked.filter(({ method }) => method === 'PUT');
    const other = again.known.recorded().wrappingKey;
    expect(planted).not.toContainEqual({ of: 'wrapping_key', name: other, state: 'ready' });
    expect(sent && wrappedWith(sent)).toBe(other);
  });

  it('as a newer version of ours is not used', async () => {
    const at = await hostile();
    const made = scene(at.driver, at.open(), { keyType: 'ecdsa-p256', purposes: ['sign'] });
    await made.reach(desiredOf({ 1: true }));
    const recorded = made.known.recorded().wrappingKey ?? '';
    const [name = ''] = recorded.split('/');
    const root = await rootOf(at.azure.vault);
    expect((await root('POST', `/keys/${name}/create`, KEK)).status).toBe(200);
    // By a client that has not seen the first one.
    await made.take(creating(2), at.open());
    const sent = at.asked.filter(({ method }) => method === 'PUT');
    expect(sent.map(wrappedWith)).toEqual([recorded, recorded]);
  });

  it('under the names of the next minute is passed over by the engine', async () => {
    const world = await azureWorld();
    const { uuid } = (await world.engine.read('status')) as { uuid?: string };
    const root = await rootOf(world.vault);
    const now = Math.floor(world.clock.now() / 1_000);
    const names = [0, 1, 2].map((seconds) => `azure-wrapping-${now + seconds}`);
    for (const name of names) {
      const tags = { 'vault-keymgmt-mount': uuid ?? 'mount', 'vault-keymgmt-kms': 'azure' };
      expect((await root('POST', `/keys/${name}/create`, { ...KEK, tags })).status).toBe(200);
    }
    expect(await world.write('key/k', { type: 'ecdsa-p256' })).toBeUndefined();
    expect(await world.write('kms/azure/key/k', { purpose: 'sign' })).toBeUndefined();
    const stored = JSON.parse(
      Buffer.from((await world.storage.get('kms/azure'))?.value ?? []).toString(),
    ) as JsonObject;
    const { name } = stored['wrapping_key'] as { name: string };
    expect(names).not.toContain(name.split('/')[0]);
    expect(world.vault.keys().filter((key) => names.includes(key.name))).toHaveLength(3);
  });
});
