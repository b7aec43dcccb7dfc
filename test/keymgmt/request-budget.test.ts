import { beforeEach, describe, expect, it } from 'vitest';
import { codedError } from '../../src/logical/index.ts';
import { ProviderError } from '../../src/providers/errors.ts';
import { distributedKey, driversWith, PURPOSE } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

describe('a request that exceeds its time limit', () => {
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;
  let budget: AbortController;
  /** Called before each import with the signal that it got; the cloud answers when this resolves. */
  let importing: (signal: AbortSignal) => Promise<void>;

  const spend = (): void => {
    budget.abort(codedError(504, 'not finished within 85 s'));
  };
  const distribute = (): Promise<string | undefined> =>
    engine.errorOf(engine.write('kms/aws/key/k', PURPOSE, budget.signal));

  beforeEach(async () => {
    budget = new AbortController();
    importing = async () => undefined;
    ({ engine, cloud, storage } = await distributedKey({
      versions: 2,
      distributed: false,
      drivers: (model) =>
        driversWith(model, (client) => ({
          ...client,
          perform: async (step, target, signal) => {
            if (step.action === 'import') await importing(signal);
            return client.perform(step, target, signal);
          },
        })),
    }));
  });

  it('aborts the KMS call, reports completed and remaining steps, and records them', async () => {
    importing = (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new ProviderError('timeout', 'ImportKeyMaterial: cancelled', { call: 'ImportKeyMaterial' }));
        });
        spend();
      });
    expect(await distribute()).toMatch(
      /is incomplete: ImportKeyMaterial: cancelled; done: create version 1, .*; left: import version 1, /,
    );
    expect(storage.keys()).toContain('distribution/aws/k');
    importing = async () => undefined;
    await engine.tick(false);
    expect([...cloud.objects.values()].map(({ state }) => state)).toEqual(['enabled', 'enabled']);
  });

  it('reports completed and remaining steps between two KMS calls', async () => {
    importing = async () => {
      spend();
    };
    expect(await distribute()).toMatch(
      /is incomplete: not finished within 85 s; done: create version 1, .*, import version 1; left: import/,
    );
  });

  it('stops waiting for the lock of the key, and the next request continues', async () => {
    let goOn: () => void = () => undefined;
    const other = new Promise<void>((resolve) => {
      importing = () => {
        resolve();
        return new Promise((end) => (goOn = end));
      };
    });
    const first = engine.write('kms/aws/key/k', PURPOSE);
    await other;
    const waiting = distribute();
    const patient = engine.write('key/k', { deletion_allowed: true });
    spend();
    expect(await waiting).toBe('not finished within 85 s');
    goOn();
    importing = async () => undefined;
    await Promise.all([first, patient]);
    expect(await engine.read('key/k')).toMatchObject({ deletion_allowed: true });
  });
});
