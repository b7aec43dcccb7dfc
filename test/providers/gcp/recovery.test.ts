import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../../dev/fake-cloud/faults.ts';
import type { GcpKms, GcpKmsOptions } from '../../../dev/gcp-kms/kms.ts';
import { gcpDriver } from '../../../src/providers/gcp/driver.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import { HOME } from '../../../src/providers/step.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';
import { startEngine, type Engine } from '../../support/engine.ts';
import { clientWith, accessToken } from '../../gcp-kms/client.ts';
import { targetOf } from '../target.ts';
import { credentialsOf, keyFileFor, quickRetry, RING, running, VAULT } from './harness.ts';

const DAY = 24 * 60 * 60_000;
const AES = { purpose: 'encrypt,decrypt', protection: 'hsm' };

interface World {
  readonly engine: Engine;
  readonly kms: GcpKms;
  /** Moves the clocks of engine, driver and cloud. */
  advance(milliseconds: number): void;
  distribute(key?: string): Promise<string | undefined>;
}

async function world(options: Partial<GcpKmsOptions> = {}): Promise<World> {
  let ahead = 0;
  const clock = clockOf(() => Date.now() + ahead);
  const kms = await running({ clock, signatureClock: clock, ...options });
  const wait = async (milliseconds: number): Promise<void> => void (ahead += milliseconds);
  const env = allowing(kms.url, kms.identityUrl);
  const drivers = { gcpckms: gcpDriver({ env, retry: { clock, random: () => 0.5, wait } }) };
  const engine = await startEngine({ drivers, clock });
  const credentials = { credentials_json: keyFileFor(kms), endpoint: kms.url };
  await engine.write('kms/gcp', { provider: 'gcpckms', key_collection: RING, credentials });
  return {
    engine,
    kms,
    advance: (milliseconds) => void (ahead += milliseconds),
    async distribute(key = 'app') {
      await engine.write(`key/${key}`, { type: 'aes256-gcm96' });
      return engine.errorOf(engine.write(`kms/gcp/key/${key}`, AES));
    },
  };
}

/** The first call of an action fails. */
function failOnce({ faults }: GcpKms, action: string, fault: Fault): void {
  let done = false;
  faults.set((call) => {
    if (call.action !== action || done) return undefined;
    done = true;
    return fault;
  });
}

const states = ({ kms }: World): readonly string[] => kms.keys()[0]?.versions.map(({ state }) => state) ?? [];

describe('an import', () => {
  it('whose answer is lost is found by the list, and made once', async () => {
    const at = await world();
    failOnce(at.kms, 'ImportCryptoKeyVersion', { when: 'after', drop: true });
    await at.distribute();
    await at.engine.tick();
    expect(states(at)).toEqual(['ENABLED']);
    expect(await at.engine.read('kms/gcp/key/app')).toMatchObject({
      versions: { 1: '1' },
    });
  });

  it('that is lost before it has an effect is made again, but not before it can no longer arrive', async () => {
    const at = await world();
    failOnce(at.kms, 'ImportCryptoKeyVersion', { when: 'before', drop: true });
    expect(await at.distribute()).toMatch(/lost the connection|too recently/);
    await at.engine.tick();
    expect(states(at)).toEqual([]);
    at.advance(21_000);
    await at.engine.tick();
    expect(states(at)).toEqual(['ENABLED']);
  });

  it('goes again into the number of a version that was destroyed', async () => {
    const at = await world();
    await at.distribute();
    const name = at.kms.keys()[0]?.name ?? '';
    const owner = clientWith(at.kms, await accessToken(at.kms, VAULT));
    await owner.ok('POST', `${name}/cryptoKeyVersions/1:destroy`);
    at.advance(31 * DAY);
    expect(states(at)).toEqual(['DESTROYED']);
    await at.engine.write('kms/gcp/key/app/sync');
    expect(states(at)).toEqual(['ENABLED']);
    expect(at.kms.keys()[0]?.primary).toBe(1);
  });

  it('goes into a new number where the version is to be destroyed', async () => {
    const at = await world();
    await at.distribute();
    const name = at.kms.keys()[0]?.name ?? '';
    const owner = clientWith(at.kms, await accessToken(at.kms, VAULT));
    await owner.ok('POST', `${name}/cryptoKeyVersions/1:destroy`);
    await at.engine.write('kms/gcp/key/app/sync');
    expect(states(at)).toEqual(['DESTROY_SCHEDULED', 'ENABLED']);
    expect(at.kms.keys()[0]?.primary).toBe(2);
  });
});

describe('an import job', () => {
  it('is made once for all keys of a protection level, and waited for', async () => {
    const at = await world({ pending: { jobReads: 5 } });
    expect(await at.distribute('one')).toBeUndefined();
    expect(await at.distribute('two')).toBeUndefined();
    expect(Object.values(at.kms.importJobs())).toEqual(['ACTIVE']);
    await at.engine.write('key/three', { type: 'aes256-gcm96' });
    await at.engine.write('kms/gcp/key/three', { ...AES, protection: 'software' });
    expect(Object.values(at.kms.importJobs())).toEqual(['ACTIVE', 'ACTIVE']);
  });

  it('that has expired is replaced', async () => {
    const at = await world();
    await at.distribute();
    at.advance(4 * DAY);
    await at.engine.write('key/app/rotate');
    expect(states(at)).toEqual(['ENABLED', 'ENABLED']);
    expect(Object.values(at.kms.importJobs()).sort()).toEqual(['ACTIVE', 'EXPIRED']);
  });
});

describe('a CryptoKey', () => {
  it('whose creation is answered too late is adopted where its labels may be read', async () => {
    const at = await world();
    failOnce(at.kms, 'CreateCryptoKey', { when: 'after', drop: true });
    expect(await at.distribute()).toBeUndefined();
    expect(at.kms.keys()).toHaveLength(1);
  });

  it('of the same name is left alone where its labels may not be read, and another name is chosen', async () => {
    const allow = [
      ...['cryptoKeys.create', 'cryptoKeys.update', 'importJobs.create', 'importJobs.get', 'importJobs.useToImport'],
      ...['list', 'destroy', 'update', 'create'].map((each) => `cryptoKeyVersions.${each}`),
    ].map((each) => `cloudkms.${each}`);
    const at = await world({ serviceAccounts: [{ ...VAULT, allow }] });
    failOnce(at.kms, 'CreateCryptoKey', { when: 'after', drop: true });
    expect(await at.distribute()).toBeUndefined();
    expect(at.kms.keys().map(({ versions }) => versions.length)).toEqual([0, 1]);
  });
});

describe('an endpoint that is not to be trusted', () => {
  const ANSWERS: readonly (readonly [string, number, string])[] = [
    ['no JSON', 200, '<html>'],
    ['an empty object', 200, '{}'],
    ['null', 200, 'null'],
    ['a list', 200, '[1]'],
    [
      'names of another key ring',
      200,
      '{"cryptoKeyVersions":[{"name":"projects/x/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1","state":"ENABLED"}]}',
    ],
    ['pages without end', 200, '{"nextPageToken":"again"}'],
    ['a page in a gate', 302, ''],
    ['an error that is not Google’s', 403, '{"error":"no"}'],
    ['an error with control characters', 400, '{"error":{"status":"INVALID_ARGUMENT","message":"a\\u001b[31m\\nb"}}'],
  ];

  it.each(ANSWERS)('that gives %s makes nothing but a ProviderError', async (_case, status, text) => {
    const kms = await running();
    const server = createServer((_request, response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(text),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = gcpDriver({ env: allowing(endpoint, kms.identityUrl), retry: quickRetry() }).connect({
      keyCollection: RING,
      credentials: credentialsOf({ endpoint, credentials_json: keyFileFor(kms) }),
    });
    const { signal } = new AbortController();
    const target = { ...targetOf({ ids: { 1: 'k-1700000000/1' } }), container: 'k-1700000000', wrappingKey: 'w-1' };
    for (const action of ['enable', 'disable', 'import', 'set_current', 'remove'] as const) {
      const error: unknown = await client.perform({ action, version: 1, place: HOME }, target, signal).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      // An empty object is an empty list to which nothing belongs.
      if (error === undefined) continue;
      expect(error).toBeInstanceOf(ProviderError);
      expect((error as ProviderError).message).not.toMatch(/[\u0000-\u001f]/);
    }
    const { versions } = await client.observe(target, signal);
    expect(versions).toHaveLength(1);
    client.close();
  });
});
