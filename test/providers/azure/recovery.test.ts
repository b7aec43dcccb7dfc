import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/logical/index.ts';
import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { inMemoryStorage, type InMemoryStorage } from '../../support/engine.ts';
import { APPLICATION, makeKeysFirst } from './cloud-under-test.ts';
import { azureWorld, rootOf, type World, type WorldOptions } from './world.ts';

const LISTING = { permissions: [...AZURE_DOCUMENTED_PERMISSIONS, 'list'] } as const satisfies WorldOptions;

makeKeysFirst();

/** A key with some versions, distributed to a vault. */
async function distributed(versions = 1, options: WorldOptions = {}): Promise<World & { readonly name: string }> {
  const world = await azureWorld(options);
  expect(await world.write('key/k', { type: 'ecdsa-p256' })).toBeUndefined();
  for (let version = 1; version < versions; version++) expect(await world.write('key/k/rotate')).toBeUndefined();
  expect(await world.write('kms/azure/key/k', { purpose: 'sign,verify' })).toBeUndefined();
  return Object.assign(Object.create(world) as World, { name: await nameIn(world) });
}
const nameIn = async ({ engine }: World): Promise<string> => {
  const { name } = (await engine.read('kms/azure/key/k')) as { name: string };
  return name;
};
const keyOf = ({ vault }: World, name: string) => vault.keys().find((key) => key.name === name);
const status = ({ engine }: World): Promise<JsonObject | undefined> => engine.read('kms/azure/key/k/status');
const copyOf = async (from: InMemoryStorage): Promise<InMemoryStorage> => {
  const copy = inMemoryStorage();
  for (const key of from.keys()) await copy.put({ key, value: (await from.get(key))?.value ?? new Uint8Array() });
  return copy;
};
/** Puts an older state of the storage in the place of the present one. */
async function restore(world: World, snapshot: InMemoryStorage): Promise<void> {
  for (const key of world.storage.keys()) await world.storage.delete(key);
  const old = await copyOf(snapshot);
  for (const key of old.keys())
    await world.storage.put({ key, value: (await old.get(key))?.value ?? new Uint8Array() });
  await world.restart();
}
const idsIn = (status: JsonObject | undefined): string[] =>
  (status?.['unrecorded_objects'] as { remote_id: string }[]).map(({ remote_id: id }) => id);
/** What an administrator does there, after whom the engine has its permissions again. */
async function asAdministrator(
  world: World,
  act: (root: Awaited<ReturnType<typeof rootOf>>) => Promise<unknown>,
  { permissions = AZURE_DOCUMENTED_PERMISSIONS }: WorldOptions = {},
): Promise<void> {
  await act(await rootOf(world.vault));
  world.vault.permit(APPLICATION.clientId, permissions);
}

describe('storage from before two rotations', () => {
  const ahead = async (options?: WorldOptions): Promise<World & { readonly name: string }> => {
    const world = await distributed(1, options);
    const snapshot = await copyOf(world.storage);
    expect(await world.write('key/k/rotate')).toBeUndefined();
    expect(await world.write('key/k/rotate')).toBeUndefined();
    await restore(world, snapshot);
    return world;
  };

  it.each<[string, (world: World) => Promise<string | undefined>]>([
    ['a rotation', (world) => world.write('key/k/rotate')],
    ['a sync', (world) => world.write('kms/azure/key/k/sync')],
    ['min_enabled_version', (world) => world.write('key/k', { min_enabled_version: 1 })],
    ['a removal', (world) => world.remove('kms/azure/key/k')],
  ])('engages the restore guard at %s, which changes nothing', async (verb, request) => {
    const world = await ahead();
    const before = world.vault.keys();
    const error = await request(world);
    if (verb !== 'min_enabled_version') {
      const id = `${world.name}/${keyOf(world, world.name)?.versions.at(-1)?.id ?? ''}`;
      expect(error).toMatch(
        new RegExp(`the name "${world.name}" points to ${id}, labelled as version 3, .*force=true`),
      );
      expect(await world.engine.read('restore-guard')).toMatchObject({
        engaged: true,
        findings: [{ kms: 'azure', key: 'k', remote_id: id, version: '3' }],
      });
    }
    await world.recover();
    expect(world.vault.keys()).toEqual(before);
  });

  it('is seen by status, and at the tick where the credentials allow listing', async () => {
    const world = await ahead(LISTING);
    expect(await status(world)).toMatchObject({ verdict: 'ahead' });
    await world.restart();
    await world.recover();
    expect(await world.engine.read('restore-guard')).toMatchObject({ engaged: true, findings: [{ version: '3' }] });
    const all = await world.engine.read('kms/azure/status');
    const ids = keyOf(world, world.name)?.versions.map(({ id }) => `${world.name}/${id}`) ?? [];
    expect(all).toMatchObject({ verdicts: { ahead: 1 }, unrecorded_objects_incomplete: '' });
    expect(idsIn(all).sort()).toEqual(ids.slice(1).sort());
  });

  it('goes on by force: the version on record is the newest again, and a rotation comes after it', async () => {
    const world = await ahead();
    expect(await world.write('kms/azure/key/k/sync', { force: true })).toBeUndefined();
    const digests = (): readonly (string | undefined)[] =>
      keyOf(world, world.name)?.versions.map(({ materialDigest }) => materialDigest) ?? [];
    expect(digests()).toHaveLength(4);
    expect(digests()[3]).toBe(digests()[0]);
    expect(await world.write('key/k/rotate')).toBeUndefined();
    expect(digests()).toHaveLength(5);
    expect(new Set(digests()).size).toBe(4);
    expect(await world.violations()).toEqual([]);
  });
});

describe('an answer that was lost', () => {
  const losing = (world: World, action: string, also: readonly string[] = []): void => {
    let lost = false;
    world.vault.faults.set((call) => {
      if (lost && also.includes(call.action)) {
        return { when: 'before', error: { code: 'Forbidden', status: 403, message: 'no' } };
      }
      if (lost || call.action !== action) return undefined;
      lost = true;
      return { when: 'after', drop: true };
    });
  };

  it('to a rotation is adopted when it is repeated', async () => {
    const world = await distributed();
    losing(world, 'KeyImport');
    await world.write('key/k/rotate');
    world.vault.faults.clear();
    await world.recover();
    expect(keyOf(world, world.name)?.versions).toHaveLength(2);
    expect(await world.violations()).toEqual([]);
  });

  it('is reported with its tags where the distribution is forgotten', async () => {
    const world = await distributed(1, LISTING);
    losing(world, 'KeyImport', ['KeyGet']);
    await world.write('key/k/rotate');
    const answer = await world.engine.write('kms/azure/key/k/force-remove');
    const [first, second] = keyOf(world, world.name)?.versions ?? [];
    const attempt = second?.tags['vault-keymgmt-attempt'] ?? 'none';
    expect(answer?.warnings).toEqual([
      expect.stringContaining(`is left behind there: ${world.name}/${first?.id ?? ''}`) as string,
      `an object with the tag of attempt ${attempt} may have been left behind`,
    ]);
    world.vault.faults.clear();
    await world.recover();
    const left = [first, second].map((version) => `${world.name}/${version?.id ?? ''}`);
    expect(idsIn(await world.engine.read('kms/azure/status')).sort()).toEqual(left.sort());
    expect(keyOf(world, world.name)).toMatchObject({
      phase: 'active',
      versions: [{ enabled: true }, { enabled: true }],
    });
  });

  it('to the making of a key exchange key leaves one that nothing is wrapped with', async () => {
    const world = await azureWorld(LISTING);
    expect(await world.write('key/k', { type: 'ecdsa-p256' })).toBeUndefined();
    losing(world, 'KeyCreate');
    await world.write('kms/azure/key/k', { purpose: 'sign' });
    expect(await world.write('kms/azure/key/k', { purpose: 'sign' })).toBeUndefined();
    const [lost] = world.vault.keys();
    expect(lost?.versions[0]?.keyOps).toEqual(['import']);
    const stored = Buffer.from((await world.storage.get('kms/azure'))?.value ?? []).toString();
    expect(stored).toContain('azure-wrapping-');
    expect(stored).not.toContain(lost?.name);
    expect(idsIn(await world.engine.read('kms/azure/status'))).toEqual([]);
    expect(await world.violations()).toEqual([]);
  });
});

describe('sync dry_run=true', () => {
  it('says what it would do after a stranger has disabled a version, and does nothing', async () => {
    const world = await distributed(2);
    const [first] = keyOf(world, world.name)?.versions ?? [];
    await asAdministrator(world, (root) =>
      root('PATCH', `/keys/${world.name}/${first?.id ?? ''}`, { attributes: { enabled: false } }),
    );
    const before = world.vault.keys();
    const said = await world.engine.write('kms/azure/key/k/sync', { dry_run: true });
    expect(JSON.stringify(said?.data)).toContain('enable version 1');
    expect(world.vault.keys()).toEqual(before);
    expect(await status(world)).toMatchObject({ verdict: 'disabled' });
    expect(await world.write('kms/azure/key/k/sync')).toBeUndefined();
    expect(await world.violations()).toEqual([]);
    expect(await status(world)).toMatchObject({ verdict: 'in_sync' });
  });
});

describe('a key that an administrator has deleted', () => {
  it.each([
    ['and that can be recovered', false],
    ['and purged', true],
  ])('%s is distributed again under another name', async (_what, purges) => {
    const world = await distributed(2);
    await asAdministrator(world, async (root) => {
      await root('DELETE', `/keys/${world.name}`);
      if (purges) expect((await root('DELETE', `/deletedkeys/${world.name}`)).status).toBe(204);
    });
    expect(await status(world)).not.toMatchObject({ verdict: 'in_sync' });
    expect(await world.write('kms/azure/key/k/sync')).toBeUndefined();
    expect(await status(world)).toMatchObject({ verdict: 'in_sync' });
    const next = await nameIn(world);
    // The name is burnt for as long as the key can be recovered.
    expect(keyOf(world, next)?.phase).toBe('active');
    if (!purges) expect(next).not.toBe(world.name);
    expect(await world.violations()).toEqual([]);
  });

  it('and recovers after it was distributed again is left alone, as nothing on record leads to it', async () => {
    const world = await distributed(2);
    await asAdministrator(world, (root) => root('DELETE', `/keys/${world.name}`));
    expect(await world.write('kms/azure/key/k/sync')).toBeUndefined();
    await asAdministrator(world, (root) => root('POST', `/deletedkeys/${world.name}/recover`));
    expect(await world.remove('kms/azure/key/k')).toBeUndefined();
    const root = await rootOf(world.vault);
    expect((await root('GET', `/keys/${world.name}`)).status).toBe(200);
    expect(keyOf(world, world.name)).toMatchObject({
      phase: 'active',
      versions: [{ enabled: true }, { enabled: true }],
    });
  });

  it('does not become ours when somebody makes another one of its name', async () => {
    const world = await distributed();
    await asAdministrator(world, async (root) => {
      await root('DELETE', `/keys/${world.name}`);
      await root('DELETE', `/deletedkeys/${world.name}`);
      await root('POST', `/keys/${world.name}/create`, { kty: 'EC', crv: 'P-256' });
    });
    expect(await world.write('kms/azure/key/k/sync')).toBeUndefined();
    expect(await world.remove('kms/azure/key/k')).toBeUndefined();
    expect(keyOf(world, world.name)).toMatchObject({ phase: 'active', versions: [{ kty: 'EC', enabled: true }] });
    expect(keyOf(world, world.name)?.versions).toHaveLength(1);
  });
});

describe("another mount's key", () => {
  it('of the same name is neither imported into nor removed, and another name is chosen', async () => {
    const world = await azureWorld();
    await world.write('key/k', { type: 'ecdsa-p256' });
    const taken = [0, 1].map((seconds) => `k-${Math.floor(world.clock.now() / 1_000) + seconds}`);
    const tags = { 'vault-keymgmt-mount': 'another', 'vault-keymgmt-kms': 'azure', 'vault-keymgmt-key': 'k' };
    await asAdministrator(world, async (root) => {
      for (const name of taken) await root('POST', `/keys/${name}/create`, { kty: 'EC', crv: 'P-256', tags });
    });
    expect(await world.write('kms/azure/key/k', { purpose: 'sign' })).toBeUndefined();
    expect(taken).not.toContain(await nameIn(world));
    expect(await world.remove('kms/azure/key/k')).toBeUndefined();
    for (const name of taken) {
      expect(keyOf(world, name)).toMatchObject({ phase: 'active', versions: [{ enabled: true, kty: 'EC' }] });
    }
  });
});
