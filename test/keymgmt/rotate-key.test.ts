import { beforeEach, describe, expect, it } from 'vitest';
import { distributedKey, PURPOSE } from '../support/distributed-key.ts';
import type { Engine } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

describe('POST key/:name/rotate', () => {
  let engine: Engine;
  let cloud: ModelCloud;

  const current = (): string | undefined => [...cloud.names.values()][0];
  const failOn = (action: string, when: 'before' | 'after', reason: 'forbidden' | 'timeout' = 'forbidden'): void => {
    cloud.fault = (called) => (called === action ? { when, reason } : undefined);
  };
  const heal = (): void => {
    cloud.fault = () => undefined;
  };

  beforeEach(async () => {
    ({ engine, cloud } = await distributedKey({ distributed: false }));
  });
  const distribute = (): ReturnType<Engine['write']> => engine.write('kms/aws/key/k', PURPOSE);

  it('finishes an incomplete rotation instead of creating another version', async () => {
    await distribute();
    failOn('import', 'before', 'timeout');
    expect(await engine.errorOf(engine.write('key/k/rotate'))).toMatch(
      /version 2 is stored in Vault, but distribution/,
    );
    heal();
    const answer = await engine.write('key/k/rotate');
    expect(answer?.warnings?.[0]).toMatch(/made no further version/);
    expect(await engine.read('key/k')).toMatchObject({ latest_version: 2 });
    expect(current()).toBe('key-2');
  });

  it('finishes an incomplete rotation after a failed sync', async () => {
    await distribute();
    failOn('set_current', 'before');
    expect(await engine.errorOf(engine.write('key/k/rotate'))).toContain('version 2 is stored in Vault');
    (cloud.names as Map<string, string>).clear();
    expect(await engine.errorOf(engine.write('kms/aws/key/k/sync'))).toBeDefined();
    cloud.fault = () => undefined;
    expect((await engine.write('key/k/rotate'))?.warnings?.[0]).toContain('has finished it');
    expect(await engine.read('key/k')).toMatchObject({ latest_version: 2 });
  });

  it('creates a new version after the alias was moved and a sync failed', async () => {
    await distribute();
    await engine.write('key/k/rotate');
    for (const name of cloud.names.keys()) (cloud.names as Map<string, string>).set(name, 'key-1');
    failOn('set_current', 'before');
    expect(await engine.errorOf(engine.write('kms/aws/key/k/sync'))).toBeDefined();
    cloud.fault = () => undefined;
    expect(await engine.write('key/k/rotate')).toBeUndefined();
    expect(await engine.read('key/k')).toMatchObject({ latest_version: 3 });
    expect(current()).toBe('key-3');
  });

  it('refuses a key whose first distribution is incomplete', async () => {
    failOn('import', 'before');
    await engine.errorOf(distribute());
    for (const _attempt of [1, 2]) {
      expect(await engine.errorOf(engine.write('key/k/rotate'))).toMatch(/^the key was not rotated: /);
    }
    expect(await engine.read('key/k')).toMatchObject({ latest_version: 1 });
  });
});
