import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../../dev/fake-cloud/faults.ts';
import type { KeyType } from '../../../src/crypto/key-type.ts';
import { HOME } from '../../../src/providers/step.ts';
import { desiredOf } from '../contract/stage.ts';
import {
  azureUnderTest,
  APPLICATION,
  type AzureUnderTest,
  type UnderTestOptions,
  makeKeysFirst,
} from './cloud-under-test.ts';
import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import {
  alive,
  creating,
  digestOf,
  failureOf,
  MAKE_KEK,
  materialOf,
  on,
  removing,
  scene,
  TAKE_NAME,
  type Scene,
} from './scene.ts';

const start = async (options?: UnderTestOptions): Promise<AzureUnderTest> => {
  const azure = await azureUnderTest(options);
  onTestFinished(() => azure.stop());
  return azure;
};
/** The connection ends after the request has taken effect; the first call of the action. */
function loseAnswer(azure: AzureUnderTest, action: string, fault: Fault = { when: 'after', drop: true }): void {
  let lost = false;
  azure.vault.faults.set((call) => {
    if (lost || call.action !== action) return undefined;
    lost = true;
    return fault;
  });
}
const versionsOf = (azure: AzureUnderTest, name = 'k-1700000000') =>
  azure.vault.keys().find((key) => key.name === name)?.versions ?? [];
/** Imports a version beside the driver, as somebody else who may. */
async function stranger(
  azure: AzureUnderTest,
  at: Scene,
  tags: Readonly<Record<string, string>>,
  version = 99,
): Promise<string> {
  const client = azure.open();
  const target = { ...at.target(), labels: () => tags };
  // Making an RSA key blocks this process for longer than a server keeps an idle connection.
  materialOf(target.keyType, version);
  const { seen } = await client.create(
    creating(version),
    { ...at.attempt(version), attempt: tags['vault-keymgmt-attempt'] ?? 'none' },
    { ...target, ours: () => ['x'], ids: () => new Map([[1, 'x']]) },
    at.signal,
  );
  return seen.find((each) => each.of === 'version')?.id ?? '';
}

afterEach(() => {
  expect(alive.size, 'material that is not destroyed').toBe(0);
});

makeKeysFirst();

describe.each<[KeyType, UnderTestOptions | undefined]>([
  ['rsa-2048', undefined],
  ['ecdsa-p256', undefined],
  [
    'aes256-gcm96',
    {
      keyCollection: 'https://test-hsm.managedhsm.azure.net',
      vaults: [
        { name: 'test-hsm', sku: 'managedHsm', permissions: { [APPLICATION.clientId]: AZURE_DOCUMENTED_PERMISSIONS } },
      ],
    },
  ],
])('a lost answer to the import of a %s key', (keyType, options) => {
  const purposes = keyType === 'ecdsa-p256' ? (['sign'] as const) : (['encrypt'] as const);

  it('is found by the newest version of the key, which is adopted', async () => {
    const azure = await start(options);
    const at = scene(azure.driver, azure.open(), { keyType, purposes });
    await at.reach(desiredOf({ 1: true }));
    loseAnswer(azure, 'KeyImport');
    const attempt = at.attempt(2);
    const error = await failureOf(azure.open().create(creating(2), attempt, at.target(), at.signal));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    const [, made] = versionsOf(azure);
    const id = `${at.name}/${made?.id ?? ''}`;
    expect(await azure.open().find(attempt, at.target(), at.signal)).toMatchObject({
      outcome: 'proven',
      seen: [
        { of: 'version', version: 2, id, state: 'enabled' },
        { of: 'name', points: 2, id },
      ],
    });
  });

  it('that never arrived is known to be absent', async () => {
    const azure = await start(options);
    const at = scene(azure.driver, azure.open(), { keyType, purposes });
    for (const version of [0, 1]) {
      if (version === 1) await at.reach(desiredOf({ 1: true }));
      expect(await azure.open().find(at.attempt(version + 1), at.target(), at.signal)).toEqual({ outcome: 'absent' });
    }
  });

  it('of a step that imports again leads to no copy that stays enabled', async () => {
    const azure = await start(options);
    const at = scene(azure.driver, azure.open(), { keyType, purposes });
    await at.reach(desiredOf({ 1: true, 2: true }));
    await stranger(azure, at, {}, 3);
    at.known.learn([{ of: 'name', place: HOME, points: 'stranger' }]);
    loseAnswer(azure, 'KeyImport');
    await failureOf(azure.open().perform(on(2, 'set_current'), at.target(), at.signal));
    await at.take(on(2, 'set_current'), azure.open());
    await at.reach(desiredOf({ 1: true, 2: false, 3: true }));
    const enabled = versionsOf(azure)
      .filter((each) => each.enabled)
      .map(({ materialDigest }) => materialDigest);
    expect(enabled).not.toContain(digestOf(keyType, 2));
    expect(versionsOf(azure).at(-1)?.materialDigest).toBe(digestOf(keyType, 3));
  });

  it('of a step that imports again is disabled before a higher version hides it', async () => {
    const azure = await start(options);
    const at = scene(azure.driver, azure.open(), { keyType, purposes });
    await at.reach(desiredOf({ 1: true, 2: true }));
    await stranger(azure, at, {}, 4);
    loseAnswer(azure, 'KeyImport');
    await failureOf(azure.open().perform(on(2, 'set_current'), at.target(), at.signal));
    await at.take(creating(3), azure.open());
    const [one, , , copy, three] = versionsOf(azure);
    expect(copy).toMatchObject({ materialDigest: digestOf(keyType, 2), enabled: false });
    expect([one, three].map((each) => each?.enabled)).toEqual([true, true]);
  });
});

describe('a label alone proves nothing', () => {
  it('where the public key is another one', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open());
    await at.reach(desiredOf({ 1: true }));
    const attempt = at.attempt(2);
    const forged = await stranger(azure, at, { ...at.target().labels(2), 'vault-keymgmt-attempt': attempt.attempt }, 7);
    const found = await azure.open().find(attempt, at.target(), at.signal);
    expect(found).toMatchObject({ outcome: 'unknown', remoteIds: [forged] });
  });

  it('where the distribution is not on record, so that nothing is compared', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open());
    await at.reach(desiredOf({ 1: true }));
    const attempt = { attempt: 'attempt-1', version: 1, distributedName: at.name };
    const id = at.known.versions.get(1)?.id;
    expect(await azure.open().find(attempt, undefined, at.signal)).toMatchObject({
      outcome: 'found',
      candidates: [{ id }],
    });
  });

  it('where somebody else has imported a version on top, and the versions may not be listed', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open());
    await at.reach(desiredOf({ 1: true }));
    const attempt = at.attempt(2);
    await azure.open().create(creating(2), attempt, at.target(), at.signal);
    await stranger(azure, at, { 'vault-keymgmt-attempt': '' });
    const found = await azure.open().find(attempt, at.target(), at.signal);
    expect(found).toMatchObject({ outcome: 'unknown', why: expect.stringContaining('keys/list') as string });
    azure.vault.permit(APPLICATION.clientId, [...AZURE_DOCUMENTED_PERMISSIONS, 'list']);
    expect(await azure.open().find(attempt, at.target(), at.signal)).toMatchObject({
      outcome: 'proven',
      seen: [{ version: 2 }],
    });
  });
});

describe('steps that are repeated', () => {
  it('use no key exchange key whose making they have not seen, and make another', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open());
    loseAnswer(azure, 'KeyCreate');
    await failureOf(azure.open().perform(MAKE_KEK, at.target(), at.signal));
    const recorded = at.target().wrappingKey ?? '';
    expect(await at.take(MAKE_KEK)).toEqual({
      changed: false,
      seen: [{ of: 'wrapping_key', name: recorded, state: 'gone' }],
    });
    const [lost] = azure.vault.keys();
    expect(lost).toMatchObject({ phase: 'active', versions: [{ keyOps: ['import'], enabled: true }] });
    expect(await at.take(MAKE_KEK)).toMatchObject({ changed: true, seen: [{ of: 'wrapping_key', state: 'ready' }] });
    await at.reach(desiredOf({ 1: true }));
    expect(azure.vault.keys()).toHaveLength(3);
  });

  it('delete the key once', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open());
    await at.reach(desiredOf({ 1: true }));
    const target = at.target();
    const removed = [{ of: 'container', id: at.name, state: 'removed' }];
    loseAnswer(azure, 'KeyDelete');
    expect(await azure.open().perform(removing(at.name), target, at.signal)).toMatchObject({ seen: removed });
    expect(await azure.open().perform(removing(at.name), target, at.signal)).toEqual({ changed: false, seen: removed });
  });

  it('enable and disable a version with the same result', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open());
    await at.reach(desiredOf({ 1: true, 2: true }));
    for (const action of ['disable', 'disable', 'enable', 'enable'] as const) {
      const { seen } = await azure.open().perform(on(1, action), at.target(), at.signal);
      expect(seen).toMatchObject([{ version: 1, state: action === 'enable' ? 'enabled' : 'disabled' }]);
    }
  });
});

describe('a replica that lags behind', () => {
  const forget = (azure: AzureUnderTest, isForgotten: (key: string) => boolean): void => {
    let asked = 0;
    azure.vault.faults.set(({ action, key }) =>
      action === 'KeyGet' && isForgotten(key) && asked++ === 0
        ? { when: 'before', error: { code: 'KeyNotFound', status: 404, message: 'not found' } }
        : undefined,
    );
  };

  it('does not make the client that has made a key exchange key make another', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open(), { keyType: 'ecdsa-p256', purposes: ['sign'] });
    await at.take(TAKE_NAME);
    await at.take(MAKE_KEK);
    forget(azure, (key) => key === at.target().wrappingKey);
    expect(await at.take(creating(1))).toMatchObject({ changed: true });
  });

  it('does not hide the key from the client that has made it', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open(), { keyType: 'ecdsa-p256', purposes: ['sign'] });
    await at.reach(desiredOf({ 1: true }));
    forget(azure, (key) => key === at.name);
    expect(await at.take(creating(2))).toMatchObject({ changed: true });
  });
});

describe('names and keys of others', () => {
  it('a name that is taken, or was deleted and can be recovered, is not used', async () => {
    const azure = await start();
    const other = scene(azure.driver, azure.open());
    await other.reach(desiredOf({ 1: true }));
    const at = scene(azure.driver, azure.open());
    const taken = [{ of: 'name', place: HOME, points: 'stranger' }];
    expect((await at.take(TAKE_NAME)).seen).toEqual(taken);
    await other.reach({ present: false });
    expect((await at.take(TAKE_NAME)).seen).toEqual(taken);
  });

  it('a name that an import alone tells to be burnt is not used', async () => {
    const azure = await start();
    const options = { keyType: 'ecdsa-p256', purposes: ['sign'] } as const;
    const other = scene(azure.driver, azure.open(), options);
    await other.reach(desiredOf({ 1: true }));
    await other.reach({ present: false });
    // As in a Managed HSM without the data action for deleted keys.
    azure.vault.faults.set(({ action }) =>
      action === 'KeyGetDeleted'
        ? { when: 'before', error: { code: 'Forbidden', status: 403, message: 'not allowed' } }
        : undefined,
    );
    const at = scene(azure.driver, azure.open(), options);
    at.known.learn([{ of: 'wrapping_key', name: other.known.recorded().wrappingKey ?? '', state: 'ready' }]);
    expect((await at.take(TAKE_NAME)).seen).toMatchObject([{ of: 'container', state: 'made' }]);
    expect(await at.take(creating(1))).toEqual({
      changed: false,
      seen: [
        { of: 'container', id: at.name, state: 'gone' },
        { of: 'name', place: HOME, points: 'stranger' },
      ],
    });
  });

  it('a key that another mount makes between the look and the import gets no version of ours', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open());
    await at.take(TAKE_NAME);
    await at.take(MAKE_KEK);
    const labels = { ...at.target().labels(1), 'vault-keymgmt-mount': 'another mount' };
    await azure.open().create(creating(1), at.attempt(1), { ...at.target(), labels: () => labels }, at.signal);
    const gone = [{ of: 'container', id: at.name, state: 'gone' }];
    expect(await at.take(creating(1))).toEqual({ changed: false, seen: gone });
    expect(versionsOf(azure)).toHaveLength(1);
    // Nor is it deleted, where nothing of ours was made.
    expect(await at.take(removing(at.name))).toMatchObject({ changed: false });
    expect(azure.vault.keys().at(-1)?.phase).toBe('active');
  });

  it('a key that somebody deletes is gone, to an import as to whoever looks', async () => {
    const azure = await start();
    const at = scene(azure.driver, azure.open());
    await at.reach(desiredOf({ 1: true }));
    const target = at.target();
    azure.vault.permit(APPLICATION.clientId, undefined);
    await azure.open().perform(removing(at.name), target, at.signal);
    const gone = { of: 'container', id: at.name, state: 'gone' };
    const seen = await azure.open().observe({ ...target, container: at.name }, at.signal);
    expect(seen).toEqual({ versions: [], names: [], others: [gone] });
    expect((await azure.open().create(creating(2), at.attempt(2), target, at.signal)).seen).toEqual([gone]);
    expect((await azure.open().perform(on(1, 'disable'), target, at.signal)).seen).toEqual([gone]);
  });

  it('a key exchange key that somebody deletes is reported as gone, and another one is made', async () => {
    const azure = await start();
    const client = azure.open();
    const at = scene(azure.driver, client);
    await at.reach(desiredOf({ 1: true }));
    const kek = at.known.recorded().wrappingKey ?? '';
    await azure
      .open()
      .perform(
        removing(kek.split('/')[0] ?? ''),
        { ...at.target(), distributedName: kek.split('/')[0] ?? '' },
        at.signal,
      );
    // By a client that knows it, and by one that does not.
    for (const by of [client, azure.open()]) {
      const { seen } = await by.create(creating(2), at.attempt(2), at.target(), at.signal);
      expect(seen).toEqual([{ of: 'wrapping_key', name: kek, state: 'gone' }]);
    }
    expect(versionsOf(azure)).toHaveLength(1);
  });
});
