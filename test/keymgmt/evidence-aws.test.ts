import { execFileSync } from 'node:child_process';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { presentRelease, remove, write, type ReleasedEngine } from '../upgrade/release.ts';
import { LIMITED_PROVIDER, newWorld, PROVIDER, REGION, type World } from '../upgrade/world.ts';

const PLACE = 'kms/aws/key/k';
/** Longer than AWS takes to show a new key everywhere. */
const LATER_MS = 10 * 60_000;

interface Version extends JsonObject {
  readonly fingerprint: JsonObject;
  readonly places: Readonly<Record<string, JsonObject>>;
}

describe('GET kms/:kms/key/:key/evidence, of AWS KMS', () => {
  let world: World;
  let engine: ReleasedEngine;

  beforeEach(async () => {
    world = await newWorld();
    onTestFinished(() => world.kms.close());
    engine = await world.start(presentRelease);
    await write(engine, 'kms/aws', PROVIDER);
    await write(engine, 'key/k', { type: 'aes256-gcm96' });
  });
  const distributeKey = (): Promise<void> => write(engine, PLACE, { purpose: 'encrypt,decrypt' });
  const evidence = async (): Promise<JsonObject> => (await engine.read(`${PLACE}/evidence`)) ?? {};
  const version = async (number = 1): Promise<Version> => {
    const { versions } = await evidence();
    const found = (versions as Readonly<Record<string, Version>>)[number];
    if (!found) throw new Error(`no version ${number}`);
    return found;
  };
  const place = async (number = 1): Promise<JsonObject> => (await version(number)).places[REGION] ?? {};
  /** The request id that the KMS logged, as CloudTrail would. */
  const requestId = (action: string): string | undefined =>
    world.kms.calls().findLast((call) => call.action === action && call.outcome === 'ok')?.requestId;

  it('has the ids of the requests that the KMS logged, and what DescribeKey says', async () => {
    await distributeKey();
    const [key] = world.kms.keys(REGION);
    const { recorded, proved } = await place();
    const material_id = (proved as JsonObject)['material_id'];
    expect(material_id).toMatch(/^[0-9a-f]{64}$/);
    expect(recorded).toMatchObject({
      remote_id: key?.id,
      state: 'enabled',
      attempt: key?.tags['vault-keymgmt-attempt'],
      creation: { request_id: requestId('CreateKey') },
      import: {
        request_id: requestId('ImportKeyMaterial'),
        wrapping_algorithm: 'RSAES_OAEP_SHA_256',
        wrapping_key_spec: 'RSA_4096',
        material_id,
      },
      not_recorded: [],
    });
    expect(proved).toMatchObject({
      remote_id: key?.id,
      state: 'enabled',
      resource: `arn:aws:kms:${REGION}:000000000000:key/${key?.id ?? ''}`,
      account: '000000000000',
      origin: 'EXTERNAL',
      material: 'as imported',
    });
    expect(await evidence()).toMatchObject({
      account: '000000000000',
      key_collection: REGION,
      alias: { proved: { points_to: key?.id, version: '1' } },
      next: '',
    });
  });

  it('has the check value of the bytes in storage, as the openssl CLI makes it', async () => {
    await distributeKey();
    const bytes = Buffer.from((await world.storage.get('material/k/1'))?.value ?? []).subarray(1);
    const options = ['-cipher', 'AES-256-CBC', '-macopt', `hexkey:${bytes.toString('hex')}`];
    const mac = execFileSync('openssl', ['mac', ...options, '-in', '-', 'CMAC'], { input: Buffer.alloc(16) });
    expect((await version()).fingerprint).toEqual({ method: 'aes-cmac', value: mac.toString().slice(0, 10) });
  });

  it('tells what is only recorded, and why, where the credentials may not ask', async () => {
    await write(engine, 'kms/aws', LIMITED_PROVIDER);
    await distributeKey();
    const { recorded, not_proved, ...rest } = await place();
    expect(rest).toEqual({});
    expect(not_proved).toMatch(/DescribeKey/);
    expect(recorded).toMatchObject({ creation: { request_id: requestId('CreateKey') }, not_recorded: [] });
    // The alias may be asked for with the documented permissions.
    expect(await evidence()).toMatchObject({ alias: { proved: { version: '1' } } });
  });

  it('tells what is only recorded, and why, where the KMS does not answer', async () => {
    await distributeKey();
    world.kms.faults.set(() => ({ when: 'before', drop: true }));
    const { recorded, not_proved } = await place();
    expect(recorded).toMatchObject({ state: 'enabled', import: { request_id: expect.any(String) as string } });
    expect(not_proved).toMatch(/connection/i);
    expect(await evidence()).toMatchObject({ alias: { not_proved } });
  });

  it('says what was not recorded of a KMS key whose CreateKey was not answered', async () => {
    await world.crash({ at: 'CreateKey', when: 'after' }, distributeKey);
    world.advance(LATER_MS);
    engine = await world.start(presentRelease);
    await engine.tick();
    const { recorded } = await place();
    expect(recorded).toMatchObject({
      import: { request_id: requestId('ImportKeyMaterial') },
      not_recorded: ['creation.request_id'],
    });
    expect((recorded as JsonObject)['creation']).not.toHaveProperty('request_id');
  });

  it('follows the states of the versions, and ends with the distribution', async () => {
    await distributeKey();
    const removed = (await place())['recorded'] as JsonObject;
    await write(engine, 'key/k/rotate');
    await write(engine, 'key/k', { min_enabled_version: 2 });
    expect(await version()).toMatchObject({ state: 'deactivated' });
    expect(await place()).toMatchObject({ recorded: { ...removed, state: 'disabled' }, proved: { state: 'disabled' } });
    expect(await version(2)).toMatchObject({ state: 'active' });
    await remove(engine, PLACE);
    expect(await engine.read(`${PLACE}/evidence`)).toBeUndefined();
  });
});
