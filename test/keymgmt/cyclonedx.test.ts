import { describe, expect, it } from 'vitest';
import { KEY_TYPES } from '../../src/crypto/key-type.ts';
import type { JsonObject } from '../../src/logical/index.ts';
import { cycloneDxProblems } from '../support/cyclonedx-problems.ts';
import { distribute, distributedKey, writeKey } from '../support/distributed-key.ts';
import type { Engine } from '../support/engine.ts';

type Component = JsonObject & {
  readonly 'bom-ref': string;
  readonly cryptoProperties: { readonly assetType: string; readonly relatedCryptoMaterialProperties?: JsonObject };
};

const read = async (engine: Engine, data: JsonObject = {}): Promise<{ bom: JsonObject; next: string }> =>
  (await engine.request('read', 'inventory/cyclonedx', data))?.data as never;
const componentsOf = ({ bom }: { bom: JsonObject }): readonly Component[] => bom['components'] as never;
const problemsOf = ({ bom }: { bom: JsonObject }): Promise<unknown> => cycloneDxProblems(JSON.stringify(bom));

describe('GET inventory/cyclonedx', () => {
  it('is valid by the schema of CycloneDX 1.6, which refuses what it does not know', async () => {
    const { engine } = await distributedKey({ versions: 2 });
    for (const type of KEY_TYPES) await engine.write(`key/of-${type}`, { type });
    await distribute(engine, 'of-ecdsa-p256');
    await engine.write('key/k', { min_enabled_version: 2 });
    const answer = await read(engine);
    expect(await problemsOf(answer)).toBeNull();
    const { bom } = answer;
    expect(await problemsOf({ bom: { ...bom, next: '' } })).not.toBeNull();
    const [first, ...rest] = componentsOf(answer);
    expect(
      await problemsOf({
        bom: { ...bom, components: [{ ...first, cryptoProperties: { assetType: 'key' } }, ...rest] },
      }),
    ).not.toBeNull();
    // Seven algorithms, eight versions besides those of k, and six public keys.
    expect(componentsOf(answer)).toHaveLength(7 + 7 + 2 + 6);
    expect(new Set(componentsOf(answer).map((each) => each['bom-ref'])).size).toBe(22);
  });

  it('has each version with state, size and algorithm, and where it is', async () => {
    const { engine } = await distributedKey({ versions: 2 });
    await engine.write('key/k', { min_enabled_version: 2 });
    const components = componentsOf(await read(engine));
    const algorithm = components.find((each) => each['bom-ref'] === 'algorithm/aes256-gcm96');
    expect(algorithm?.cryptoProperties).toMatchObject({
      assetType: 'algorithm',
      algorithmProperties: { primitive: 'ae', mode: 'gcm', parameterSetIdentifier: '256', classicalSecurityLevel: 256 },
    });
    const [one, two] = ['key/k/1', 'key/k/2'].map((ref) => components.find((each) => each['bom-ref'] === ref));
    const time = '2026-01-01T00:00:00.000Z';
    expect(one?.cryptoProperties.relatedCryptoMaterialProperties).toEqual({
      ...{ type: 'secret-key', id: 'k/1', state: 'deactivated', size: 256, algorithmRef: 'algorithm/aes256-gcm96' },
      ...{ creationDate: time, activationDate: time, securedBy: { mechanism: 'Software' } },
    });
    expect(two?.cryptoProperties.relatedCryptoMaterialProperties).toMatchObject({ state: 'active' });
    expect(two?.['properties']).toEqual(
      expect.arrayContaining([
        { name: 'keymgmt:use', value: 'protect and process' },
        { name: 'keymgmt:kms', value: 'aws' },
        { name: 'keymgmt:protection', value: 'hsm' },
        { name: 'keymgmt:remote_id', value: 'us-west-1/key-2' },
      ]),
    );
  });

  it('has the public half of a key pair as a component of its own, with its fingerprint', async () => {
    const { engine } = await distributedKey({ distributed: false });
    await engine.write('key/pair', { type: 'ecdsa-p256' });
    const components = componentsOf(await read(engine));
    const inventory = (await engine.read('inventory'))?.['keys'] as Record<
      string,
      { versions: Record<string, JsonObject> }
    >;
    const value = inventory['pair']?.versions[1]?.['public_key_sha256'];
    const half = components.find((each) => each['bom-ref'] === 'key/pair/1/public');
    expect(half?.cryptoProperties.relatedCryptoMaterialProperties).toMatchObject({ type: 'public-key', size: 256 });
    expect(half?.['properties']).toEqual([{ name: 'keymgmt:public_key_sha256', value }]);
  });

  it('is a valid BOM page by page, each with a serial number of its own', async () => {
    const { engine, storage } = await distributedKey();
    await writeKey(engine, { key: 'x' });
    const [whole, first, last] = [
      await read(engine),
      await read(engine, { limit: 1 }),
      await read(engine, { after: 'k' }),
    ];
    expect([whole.next, first.next, last.next]).toEqual(['', 'k', '']);
    for (const page of [whole, first, last]) expect(await problemsOf(page)).toBeNull();
    expect(new Set([whole, first, last].map(({ bom }) => bom['serialNumber'])).size).toBe(3);
    const aggregates = [whole, first, last].map(({ bom }) => bom['compositions']);
    expect(aggregates).toEqual([
      [{ aggregate: 'complete' }],
      [{ aggregate: 'incomplete' }],
      [{ aggregate: 'incomplete' }],
    ]);
    await storage.put({ key: 'key/x', value: Buffer.from('{}') });
    const partial = await read(engine);
    expect(await problemsOf(partial)).toBeNull();
    expect(partial.bom).toMatchObject({
      compositions: [{ aggregate: 'incomplete' }],
      properties: [{ name: 'keymgmt:unreadable', value: 'x' }],
    });
  });

  it('of a mount without keys is valid', async () => {
    const { engine } = await distributedKey({ distributed: false });
    await engine.write('key/k', { deletion_allowed: true });
    await engine.request('delete', 'key/k');
    const answer = await read(engine);
    expect(await problemsOf(answer)).toBeNull();
    expect(componentsOf(answer)).toEqual([]);
  });
});
