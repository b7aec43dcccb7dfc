import { onTestFinished } from 'vitest';
import { startKeyVault, type KeyVault, type VaultOptions } from '../../../dev/azure-key-vault/key-vault.ts';
import type { KeyPermission, KeyVersion } from '../../../dev/azure-key-vault/state.ts';
import type { JsonObject, Storage } from '../../../src/logical/index.ts';
import { azureDriver } from '../../../src/providers/azure/driver.ts';
import { credentialsFor, signedIn, type Send } from '../../azure-key-vault/client.ts';
import { allowing } from '../../support/allowing.ts';
import { testClock, type TestClock } from '../../support/distributed-key.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../../support/engine.ts';
import { lifeUntil, mortalStorage, type Life } from '../../support/mortal.ts';
import { modelCloud } from '../../support/model-cloud.ts';
import { idAt, readStored } from '../../clouds/stored.ts';
import { APPLICATION, rsaKeys } from './cloud-under-test.ts';
import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';

/** Longer than the driver's consistency window. */
const LONGER_MS = 2 * 60_000;

export interface WorldOptions {
  readonly permissions?: readonly KeyPermission[];
  readonly sku?: VaultOptions['sku'];
  readonly keyCollection?: string;
  /** Whether the vault refuses to show a disabled version. @default false */
  readonly hidesDisabled?: boolean;
}

/** An engine over the embedded Key Vault, in a process that can die at any call, and what outlives it. */
export interface World {
  readonly engine: Engine;
  readonly vault: KeyVault;
  readonly storage: InMemoryStorage;
  readonly clock: TestClock;
  /** Calls to storage and vault so far, by the present process. */
  calls(): readonly string[];
  /** Starts the engine anew; the process ends at a call, or goes on. */
  restart(end?: { readonly call: number; readonly when: 'before' | 'after' }): Promise<void>;
  /** The error of a write, if any. */
  write(path: string, data?: JsonObject): Promise<string | undefined>;
  remove(path: string): Promise<string | undefined>;
  /** Lets the consistency window pass, and the rollback tick run. */
  recover(): Promise<void>;
  /** Compares storage and vault, by plain JSON: what is wrong, in words. */
  violations(): Promise<readonly string[]>;
}

export async function azureWorld({
  permissions = AZURE_DOCUMENTED_PERMISSIONS,
  sku = 'premium',
  keyCollection = 'test-vault',
  hidesDisabled = false,
}: WorldOptions = {}): Promise<World> {
  const clock = testClock();
  const vault = await startKeyVault({
    applications: [APPLICATION],
    vaults: [{ name: 'test-vault', sku, hidesDisabled, permissions: { [APPLICATION.clientId]: permissions } }],
    clock,
    rsaKeys,
    // Clients keep tokens for longer than a test takes.
    tokenLifetime: 86_400,
  });
  onTestFinished(() => vault.close());
  const storage = inMemoryStorage();
  let life: Life = lifeUntil(undefined);
  let made: string[] = [];
  vault.faults.set(({ action }) => {
    // Signing in changes nothing.
    if (action === 'Token' || action === 'Authentication')
      return life.dead ? { when: 'before', drop: true } : undefined;
    const own = life;
    made.push(action);
    if (own.diesBefore()) return { when: 'before', drop: true };
    return { when: 'after', hold: async () => (own.diesAfter() ? { drop: true } : undefined) };
  });
  const start = async (): Promise<Engine> => {
    const azurekeyvault = azureDriver({
      env: allowing(vault.url, vault.loginUrl),
      // A dead process gives up once its budget is spent.
      retry: {
        clock,
        random: () => 0.5,
        wait: async (milliseconds) => {
          clock.advance(milliseconds);
        },
      },
    });
    const own = life;
    let operation = '';
    const mortal = mortalStorage(storage, {
      get dead() {
        return own.dead;
      },
      diesBefore() {
        made.push(operation);
        return own.diesBefore();
      },
      diesAfter: () => own.diesAfter(),
    });
    const named = <T>(name: string, call: () => Promise<T>): Promise<T> => {
      operation = name;
      return call();
    };
    const noted: Storage = {
      get: (key) => named('storage get', () => mortal.get(key)),
      put: (entry) => named('storage put', () => mortal.put(entry)),
      delete: (key) => named('storage delete', () => mortal.delete(key)),
      list: (prefix) => named('storage list', () => mortal.list(prefix)),
    };
    return startEngine({ storage: noted, clock, drivers: { ...modelCloud().drivers, azurekeyvault } });
  };
  let engine = await start();
  const errorOf: Engine['errorOf'] = async (answer) => {
    try {
      return await engine.errorOf(answer);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const world: World = {
    get engine() {
      return engine;
    },
    vault,
    storage,
    clock,
    calls: () => made,
    async restart(end) {
      life = lifeUntil(undefined);
      engine = await start();
      made = [];
      life = lifeUntil(end);
      if (end) engine = await start();
    },
    write: (path, data = {}) => errorOf(engine.write(path, data)),
    remove: (path) => errorOf(engine.request('delete', path)),
    async recover() {
      clock.advance(LONGER_MS);
      await engine.tick();
    },
    violations: () => violations(vault, storage),
  };
  const problem = await world.write('kms/azure', {
    provider: 'azurekeyvault',
    key_collection: keyCollection,
    credentials: credentialsFor(vault, APPLICATION),
  });
  if (problem !== undefined) throw new Error(problem);
  return world;
}

/** What an administrator of a vault does there, by plain requests. */
export function rootOf(vault: KeyVault): Promise<Send> {
  vault.permit(APPLICATION.clientId, undefined);
  return signedIn(vault, APPLICATION);
}

async function violations(vault: KeyVault, storage: InMemoryStorage): Promise<readonly string[]> {
  const { latest, minimum, material, distribution, wrong: records } = await readStored(storage, 'azure', 'k');
  const wrong = [...records];
  const ours = vault.keys().filter(({ phase, versions }) => phase === 'active' && !isKek(versions));
  for (const { name } of ours) {
    if (name !== distribution?.name) wrong.push(`the key ${name} is left over`);
  }
  // One is on record; one that nobody knows may be left by an answer that was lost.
  if (vault.keys().filter(({ versions }) => isKek(versions)).length > 2) wrong.push('there are several KEKs');
  if (!distribution) return wrong;
  if (distribution.container !== distribution.name) wrong.push(`the container is ${distribution.container ?? 'none'}`);
  const versions = ours.find(({ name }) => name === distribution.name)?.versions ?? [];
  const held = new Map(versions.map((each) => [`${distribution.name}/${each.id}`, each]));
  for (let version = 1; version <= latest; version++) {
    const id = idAt(distribution, version);
    const found = held.get(id);
    const wanted = version >= minimum;
    if (!found) wrong.push(`version ${version} is not in the vault`);
    else if (found.materialDigest !== material.get(version)) wrong.push(`version ${version} has other material`);
    else if (found.enabled !== wanted) wrong.push(`version ${version} is ${found.enabled ? 'enabled' : 'disabled'}`);
  }
  const below = new Set([...material].flatMap(([version, digest]) => (version < minimum ? [digest] : [])));
  for (const { id, enabled, materialDigest } of versions) {
    if (enabled && below.has(materialDigest)) wrong.push(`${id} is enabled, although its version is below the minimum`);
  }
  const newest = versions.at(-1)?.id ?? 'none';
  if (`${distribution.name}/${newest}` !== idAt(distribution, latest)) wrong.push(`${newest} is the newest version`);
  return wrong;
}

function isKek(versions: readonly Pick<KeyVersion, 'keyOps'>[]): boolean {
  return versions.some(({ keyOps }) => keyOps.includes('import'));
}
