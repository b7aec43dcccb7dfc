import { describe, expect, it } from 'vitest';
import { azureDriver } from '../../src/providers/azure/driver.ts';
import { ProviderError } from '../../src/providers/errors.ts';
import { HOME } from '../../src/providers/step.ts';
import { create, disable, enable, find, importMaterial, observeName, remove, removeName, setCurrent } from './calls.ts';
import { targetOf } from './target.ts';

describe.each([['azurekeyvault', azureDriver()]])(
  '%s, which can be configured but not be distributed to yet',
  (kind, driver) => {
    const text = `distribution to ${kind} is not yet supported: use a KMS provider of type awskms`;
    const client = driver.connect({ keyCollection: 'any', credentials: {} });
    const { signal } = new AbortController();
    const at = { client, signal };

    it('rejects every distribution', () => {
      expect(driver.kind).toBe(kind);
      expect(driver.checkDistribution(targetOf())).toBe(text);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['create', () => create(at)],
      ['find', () => find(at, 'attempt-1')],
      ['import', () => importMaterial(at, 1, 'id')],
      ['enable', () => enable(at, 'id')],
      ['disable', () => disable(at, 'id')],
      ['set_current', () => setCurrent(at, 1, 'id', { owned: false, ours: [] })],
      ['remove_name', () => removeName(at, [])],
      ['remove', () => remove(at, 'id')],
      ['removeObject', () => client.removeObject('id', signal)],
    ])('refuses %s, and is sure that nothing was made', async (_name, call) => {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ProviderError);
      expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false, message: text });
    });

    it('reports every observation as unreachable, with the reason', async () => {
      const unseen = { outcome: 'unreachable', why: text };
      expect(await client.observe(targetOf({ ids: { 1: 'id' } }), signal)).toEqual({
        versions: [{ version: 1, place: HOME, ...unseen }],
        names: [{ place: HOME, ...unseen }],
        others: [],
      });
      expect(await observeName(at, [])).toEqual(unseen);
      expect(await client.surveyNames(signal)).toEqual(unseen);
      expect(await client.probePermissions(signal)).toMatchObject({ problem: text, permissions: [] });
      expect(() => {
        client.close();
      }).not.toThrow();
    });
  },
);
