import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { RING, startGcpKms, type GcpKms } from '../../../dev/gcp-kms/kms.ts';
import { findRoute } from '../../../dev/gcp-kms/routes.ts';
import type { VersionObservation } from '../../../src/providers/observation.ts';
import { gcpDriver } from '../../../src/providers/gcp/driver.ts';
import { testClock, type TestClock } from '../../support/distributed-key.ts';
import { allowing } from '../../support/allowing.ts';
import { accessToken, clientWith, newJob, newKey, settled, type Client } from '../../gcp-kms/client.ts';
import { notThere, type CloudUnderTest, type Outside, type Shape } from '../contract/cloud.ts';
import { oneWrappingKey } from '../one-wrapping-key.ts';
import { startFaultProxy, type Dialect } from '../fault-proxy.ts';
import { credentialsOf, keyFileFor, VAULT } from './harness.ts';

/** Nothing listens on this port. */
const NOWHERE = 'http://127.0.0.1:1';
const IMPATIENT_MS = 300;
/** Longer than a version stays scheduled for destruction. */
const DESTROYED_AFTER_MS = 31 * 24 * 60 * 60_000;

const refusal = (code: number, status: string): Dialect['refusals']['forbidden'] => ({
  status: code,
  body: { error: { code, status, message: 'injected' } },
});

const DIALECT: Dialect = {
  operationOf: ({ method = '', url = '' }) =>
    findRoute(method, decodeURIComponent(new URL(url, NOWHERE).pathname))?.route.action ?? 'none',
  requests: {
    create_container: ['CreateCryptoKey'],
    create_wrapping_key: ['CreateImportJob'],
    create: ['ImportCryptoKeyVersion'],
    import: ['ImportCryptoKeyVersion'],
    await: ['ListCryptoKeyVersions'],
    enable: ['UpdateCryptoKeyVersion'],
    disable: ['UpdateCryptoKeyVersion'],
    set_current: ['UpdateCryptoKeyPrimaryVersion'],
    remove: ['DestroyCryptoKeyVersion'],
  },
  refusals: {
    forbidden: refusal(403, 'PERMISSION_DENIED'),
    throttled: refusal(429, 'RESOURCE_EXHAUSTED'),
    unauthenticated: refusal(401, 'UNAUTHENTICATED'),
  },
};

/** A CryptoKey with a CryptoKeyVersion for each version, of which one is primary. */
export const GCP_SHAPE: Shape = {
  traits: ['pending imports', 'lost material', 'separate removal', 'container', 'movable name'],
  makes: 'pending',
  steps: [
    ...(['create_container', 'create_wrapping_key', 'create', 'await', 'enable', 'disable'] as const),
    ...(['set_current', 'remove'] as const),
  ],
  looks: ['await'],
  anew: [],
  finishes: [],
};

/** The driver over the embedded Cloud KMS with all permissions, with a proxy in between that makes requests fail. */
export async function gcpUnderTest(): Promise<CloudUnderTest> {
  const clock = testClock();
  const wrappingKeys = await oneWrappingKey();
  const kms = await startGcpKms({ serviceAccounts: [VAULT], wrappingKeys, clock, signatureClock: clock });
  const proxy = await startFaultProxy(kms.url, DIALECT);
  const wait = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
  };
  const options = {
    env: allowing(proxy.url, NOWHERE, kms.identityUrl),
    retry: { clock, random: () => 0.5, wait },
  };
  const patient = gcpDriver(options);
  const impatient = gcpDriver({ ...options, requestTimeoutMs: IMPATIENT_MS });
  return {
    ...proxy,
    driver: patient,
    key: {
      keyType: 'aes256-gcm96',
      purposes: ['encrypt', 'decrypt'],
      protection: 'hsm',
      material: (version) => Buffer.alloc(32, version),
    },
    open: (how) =>
      (how === 'impatient' ? impatient : patient).connect({
        keyCollection: RING,
        credentials: credentialsOf({
          endpoint: how === 'unreachable' ? NOWHERE : proxy.url,
          credentials_json: keyFileFor(kms),
        }),
      }),
    // A budget of 45 s of the clock that only waiting moves, with waits of up to 4 s between requests.
    longestCallMs: 30_000,
    unknownId: (name) => `${name}/999`,
    outside: gcpOutside(kms, clock),
    async stop() {
      await proxy.close();
      await kms.close();
    },
  };
}

const STATES: Readonly<Record<string, VersionObservation['state']>> = {
  PENDING_IMPORT: 'pending',
  ENABLED: 'enabled',
  DISABLED: 'disabled',
  IMPORT_FAILED: 'created',
  DESTROYED: 'created',
  DESTROY_SCHEDULED: 'pending_deletion',
};

/** A key ring as its administrator sees it. */
export function gcpOutside(kms: GcpKms, clock: TestClock): Outside {
  let strangers = 0;
  const owner = async (): Promise<Client> => clientWith(kms, await accessToken(kms, VAULT, clock.now()));
  const keyOf = (name: string): ReturnType<GcpKms['keys']>[number] | undefined =>
    kms.keys().find((key) => key.name === `${RING}/cryptoKeys/${name}`);
  const resource = (id: string): string => `${RING}/cryptoKeys/${id.replace('/', '/cryptoKeyVersions/')}`;
  const stateOf = (id: string): VersionObservation['state'] => {
    const [name = '', number] = id.split('/');
    const version = keyOf(name)?.versions.find((each) => String(each.number) === number);
    return STATES[version?.state ?? ''] ?? 'gone';
  };
  /** Imports a version by a job of its own, as whoever may; labels are the CryptoKey's. */
  const importInto = async (name: string, labels: Readonly<Record<string, string>>): Promise<string> => {
    const client = await owner();
    const key = keyOf(name)?.name ?? (await newKey(client, { labels }, name));
    const importMethod = 'RSA_OAEP_4096_SHA256';
    const { name: importJob, pem } = await newJob(client, { importMethod }, `stranger-${++strangers}`);
    const wrapping = { key: pem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const wrappedKey = publicEncrypt(wrapping, randomBytes(32)).toString('base64');
    const made = await client.ok('POST', `${key}/cryptoKeyVersions:import`, {
      ...{ algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION', importJob, wrappedKey },
    });
    await settled(client, key);
    return `${name}/${String(made['name']).split('/').at(-1) ?? ''}`;
  };
  const outside: Outside = {
    ids: async () => [
      ...Object.keys(kms.importJobs()).filter((job) => !job.includes('/stranger-')),
      ...kms.keys().flatMap(({ name, versions }) => {
        const id = name.split('/').at(-1) ?? '';
        return [id, ...versions.map(({ number }) => `${id}/${number}`)];
      }),
    ],
    stateOf: async (id) => stateOf(id),
    async holderOf(name) {
      const primary = keyOf(name)?.primary;
      const id = `${name}/${primary ?? ''}`;
      const state = stateOf(id);
      return state === 'enabled' || state === 'disabled' ? id : undefined;
    },
    makeObject: (labels = {}) => importInto(`stranger-${++strangers}`, labels),
    async takeName(name, labels = {}) {
      const id = await importInto(name, labels);
      await outside.pointName(name, id);
      return id;
    },
    async pointName(name, id) {
      const cryptoKeyVersionId = id.split('/')[1];
      await (await owner()).ok('POST', `${resource(name)}:updatePrimaryVersion`, { cryptoKeyVersionId });
    },
    dropName: notThere,
    async scheduleDeletion(id) {
      await (await owner()).ok('POST', `${resource(id)}:destroy`);
    },
    async dropMaterial(id) {
      await outside.scheduleDeletion(id);
      clock.advance(DESTROYED_AFTER_MS);
    },
  };
  return outside;
}
