import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { ATTEMPT_LABEL } from '../../../src/providers/port.ts';
import { HOME } from '../../../src/providers/step.ts';
import { desiredOf } from '../contract/stage.ts';
import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { APPLICATION, azureUnderTest, makeKeysFirst, type AzureUnderTest } from './cloud-under-test.ts';
import { alive, creating, digestOf, failureOf, MAKE_KEK, on, removing, scene, TAKE_NAME, type Scene } from './scene.ts';
import { azureWorld, rootOf } from './world.ts';

const EC = { keyType: 'ecdsa-p256', purposes: ['sign', 'verify'] } as const;

makeKeysFirst();
afterEach(() => {
  expect(alive.size, 'material that is not destroyed').toBe(0);
});

/** A key of our name with versions, whose newest an administrator may disable. */
async function stage(hidesDisabled: boolean): Promise<{ azure: AzureUnderTest; at: Scene }> {
  const azure = await azureUnderTest({
    vaults: [
      { name: 'test-vault', hidesDisabled, permissions: { [APPLICATION.clientId]: AZURE_DOCUMENTED_PERMISSIONS } },
    ],
  });
  onTestFinished(() => azure.stop());
  return { azure, at: scene(azure.driver, azure.open(), EC) };
}
const versionsIn = ({ vault }: AzureUnderTest, { name }: Scene) =>
  vault.keys().find((key) => key.name === name)?.versions ?? [];
const disable = async (azure: AzureUnderTest, id: string): Promise<void> => {
  const root = await rootOf(azure.vault);
  expect((await root('PATCH', `/keys/${id}`, { attributes: { enabled: false } })).status).toBe(200);
  azure.vault.permit(APPLICATION.clientId, AZURE_DOCUMENTED_PERMISSIONS);
};

/** Azure documents neither that it shows a disabled key nor that it does not. */
describe.each([
  ['shows', false],
  ['does not show', true],
])('where a vault %s disabled versions', (_what, hidesDisabled) => {
  it('they are made, enabled and disabled as desired, and seen as what they are', async () => {
    const { azure, at } = await stage(hidesDisabled);
    const held = (): unknown => versionsIn(azure, at).map(({ materialDigest, enabled }) => [materialDigest, enabled]);
    const version = (number: number, enabled: boolean): unknown => [digestOf('ecdsa-p256', number), enabled];
    await at.reach(desiredOf({ 1: false, 2: true }));
    await at.reach(desiredOf({ 1: false, 2: false, 3: true }));
    expect(held()).toEqual([version(1, false), version(2, false), version(3, true)]);
    await at.reach(desiredOf({ 1: false, 2: true, 3: true }));
    expect(held()).toEqual([version(1, false), version(2, true), version(3, true)]);
    const seen = await azure.open().observe({ ...at.target(), container: at.name }, at.signal);
    expect(seen.versions).toMatchObject([{ state: 'disabled' }, { state: 'enabled' }, { state: 'enabled' }]);
    expect(seen.versions.map((each) => 'id' in each && each.id)).toEqual([...at.target().ids(HOME).values()]);
    expect(seen).toMatchObject({ names: [{ points: 3 }], others: [] });
  });

  it('the newest on record is still the one that the name points to', async () => {
    const { azure, at } = await stage(hidesDisabled);
    await at.reach(desiredOf({ 1: true, 2: true }));
    const id = at.target().id(2, HOME) ?? '';
    await disable(azure, id);
    expect(await azure.open().observeName(at.target(), HOME, at.signal)).toMatchObject({ points: 2, id });
    await at.take(on(2, 'enable'), azure.open());
    await at.take(creating(3), azure.open());
    expect(versionsIn(azure, at).map(({ enabled }) => enabled)).toEqual([true, true, true]);
  });

  it("somebody else's on top is drift, and the version is imported again", async () => {
    const { azure, at } = await stage(hidesDisabled);
    await at.reach(desiredOf({ 1: true }));
    const root = await rootOf(azure.vault);
    await root('POST', `/keys/${at.name}/create`, { kty: 'EC-HSM', crv: 'P-256', attributes: { enabled: false } });
    const name = await azure.open().observeName(at.target(), HOME, at.signal);
    expect(name).toMatchObject({ points: 'stranger', holder: { labels: hidesDisabled ? undefined : {} } });
    await at.take(on(1, 'set_current'), azure.open());
    expect(versionsIn(azure, at).map(({ materialDigest }) => materialDigest === digestOf('ecdsa-p256', 1))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('a name that is held by one is taken, and the key is not ours to import into or to delete', async () => {
    const { azure, at } = await stage(hidesDisabled);
    const root = await rootOf(azure.vault);
    await root('POST', `/keys/${at.name}/create`, { kty: 'EC', crv: 'P-256', attributes: { enabled: false } });
    await at.take(MAKE_KEK);
    expect((await at.take(TAKE_NAME)).seen).toMatchObject([{ of: 'name', points: 'stranger' }]);
    expect((await at.take(creating(1))).changed).toBe(false);
    expect((await at.take(removing(at.name))).changed).toBe(false);
    expect(azure.vault.keys().find(({ name }) => name === at.name)).toMatchObject({
      phase: 'active',
      versions: [{ enabled: false }],
    });
  });

  it('a key exchange key that somebody has disabled is not wrapped with', async () => {
    const { azure, at } = await stage(hidesDisabled);
    await at.reach(desiredOf({ 1: true }));
    await disable(azure, at.known.recorded().wrappingKey ?? '');
    const error = await failureOf(azure.open().create(creating(2), at.attempt(2), at.target(), at.signal));
    expect(error).toMatchObject({ reason: 'invalid_state', ambiguous: false });
    expect(error.message).toContain('is disabled: enable it, or delete it to have another one made');
    expect(versionsIn(azure, at)).toHaveLength(1);
  });

  it('what a lost answer has left disabled is adopted at the latest when it is enabled', async () => {
    const { azure, at } = await stage(hidesDisabled);
    await at.take(TAKE_NAME);
    await at.take(MAKE_KEK);
    const attempt = at.attempt(1);
    await azure.open().create(creating(1, 'disabled'), attempt, at.target(), at.signal);
    const [made] = versionsIn(azure, at);
    const id = `${at.name}/${made?.id ?? ''}`;
    const find = (): Promise<unknown> => azure.open().find(attempt, at.target(), at.signal);
    const proven = { outcome: 'proven', seen: [{ version: 1, id }, { points: 1 }] };
    const text = expect.stringContaining('is disabled, and the vault does not show it: enable it there') as string;
    expect(await find()).toMatchObject(hidesDisabled ? { outcome: 'unknown', why: text } : proven);
    azure.vault.permit(APPLICATION.clientId, [...AZURE_DOCUMENTED_PERMISSIONS, 'list']);
    expect(await find()).toMatchObject(hidesDisabled ? { outcome: 'unknown', why: text, remoteIds: [id] } : proven);
    const client = azure.open();
    for (const each of [id, at.name]) {
      const labels = { outcome: 'seen', labels: { [ATTEMPT_LABEL]: attempt.attempt } };
      expect(await client.readLabels(each, at.signal)).toMatchObject(
        hidesDisabled ? { outcome: 'forbidden', why: text } : labels,
      );
      expect(await client.inspect(each, at.signal)).toMatchObject({ unreadable: hidesDisabled ? [text] : [] });
    }
    const survey = await client.surveyNames(at.signal);
    // Not the id of a version, so that whoever compares it asks for the name itself.
    expect(survey.outcome === 'seen' && survey.targets.get(at.name)).toBe(hidesDisabled ? at.name : id);
    const root = await rootOf(azure.vault);
    await root('PATCH', `/keys/${id}`, { attributes: { enabled: true } });
    expect(await find()).toMatchObject(proven);
  });

  it('a version is enabled with its copies', async () => {
    const { azure, at } = await stage(hidesDisabled);
    await at.reach(desiredOf({ 1: true }));
    const root = await rootOf(azure.vault);
    await root('POST', `/keys/${at.name}/create`, { kty: 'EC-HSM', crv: 'P-256' });
    at.known.learn([{ of: 'name', place: HOME, points: 'stranger' }]);
    await at.reach(desiredOf({ 1: true, 2: true }));
    const copies = (): readonly boolean[] =>
      versionsIn(azure, at).flatMap(({ materialDigest, enabled }) =>
        materialDigest === digestOf('ecdsa-p256', 1) ? [enabled] : [],
      );
    await at.reach(desiredOf({ 1: false, 2: true }));
    expect(copies()).toEqual([false, false]);
    await at.reach(desiredOf({ 1: true, 2: true }));
    expect(copies()).toEqual([true, true]);
  });

  it('the engine raises and lowers min_enabled_version, and sees no drift', async () => {
    const world = await azureWorld({ hidesDisabled });
    const steps = [
      () => world.write('key/k', { type: 'ecdsa-p256' }),
      () => world.write('key/k/rotate'),
      () => world.write('key/k', { min_enabled_version: 2 }),
      () => world.write('kms/azure/key/k', { purpose: 'sign,verify' }),
      () => world.write('key/k/rotate'),
      () => world.write('key/k', { min_enabled_version: 3 }),
      () => world.write('key/k', { min_enabled_version: 1 }),
      () => world.write('key/k', { min_enabled_version: 3 }),
      () => world.write('kms/azure/key/k/sync'),
    ];
    for (const step of steps) expect(await step()).toBeUndefined();
    expect(await world.violations()).toEqual([]);
    expect(await world.engine.read('kms/azure/key/k/status')).toMatchObject({ verdict: 'in_sync' });
    expect(await world.remove('kms/azure/key/k')).toBeUndefined();
    expect(await world.violations()).toEqual([]);
  });
});
