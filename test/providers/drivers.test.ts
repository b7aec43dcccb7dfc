import { describe, expect, it } from 'vitest';
import { azureDriver } from '../../src/providers/azure/driver.ts';
import { ProviderError } from '../../src/providers/errors.ts';
import { gcpDriver } from '../../src/providers/gcp/driver.ts';
import { material, target } from './aws/harness.ts';

describe.each([
  ['azurekeyvault', azureDriver()],
  ['gcpckms', gcpDriver()],
])('%s, which can be configured but not be distributed to yet', (kind, driver) => {
  const text = `distribution to ${kind} is not yet supported: use a KMS provider of type awskms`;
  const client = driver.connect({ keyCollection: 'any', credentials: {} });
  const { signal } = new AbortController();

  it('rejects every distribution', () => {
    expect(driver.kind).toBe(kind);
    expect(driver.checkDistribution(target(1))).toBe(text);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['createVersion', () => client.createVersion(target(1), async () => material(), signal)],
    ['findVersion', () => client.findVersion(target(1), signal)],
    ['importMaterial', () => client.importMaterial(target(1), 'id', material(), signal)],
    ['setEnabled', () => client.setEnabled(target(1), 'id', true, signal)],
    ['setCurrent', () => client.setCurrent(target(1), 'id', { owned: false, ours: [] }, signal)],
    ['removeName', () => client.removeName('name', [], signal)],
    ['removeVersion', () => client.removeVersion('id', signal)],
  ])('refuses %s, and is sure that nothing was made', async (_name, call) => {
    const error = await call().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false, message: text });
  });

  it('reports every observation as unreachable, with the reason', async () => {
    const unseen = { outcome: 'unreachable', why: text };
    expect(await client.observeVersion('id', signal)).toEqual(unseen);
    expect(await client.observeName('name', [], signal)).toEqual(unseen);
    expect(await client.probePermissions(signal)).toMatchObject({ problem: text, permissions: [] });
    expect(() => {
      client.close();
    }).not.toThrow();
  });
});
