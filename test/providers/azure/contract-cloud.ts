import { generateKeyPairSync } from 'node:crypto';
import type { KeyVault } from '../../../dev/azure-key-vault/key-vault.ts';
import { routeOf } from '../../../dev/azure-key-vault/routes.ts';
import { azureDriver } from '../../../src/providers/azure/driver.ts';
import { secret } from '../../../src/support/secret.ts';
import { signedIn } from '../../azure-key-vault/client.ts';
import { allowing } from '../../support/allowing.ts';
import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { notThere, type CloudUnderTest, type Outside, type Shape } from '../contract/cloud.ts';
import { oneWrappingKey } from '../one-wrapping-key.ts';
import { startFaultProxy, type Dialect } from '../fault-proxy.ts';
import { APPLICATION, azureUnderTest } from './cloud-under-test.ts';
import { materialOf } from './scene.ts';

/** Nothing listens on this port. */
const NOWHERE = 'http://127.0.0.1:1';
const IMPATIENT_MS = 300;

/** An administrator of the vault. */
export const OWNER = { clientId: 'a11ce000-0000-4000-8000-0000000000bb', secret: 'app~secret.of-the-owner' };

const refusal = (status: number, code: string, inner?: string): Dialect['refusals']['forbidden'] => ({
  status,
  body: { error: { code, message: 'injected', ...(inner !== undefined && { innererror: { code: inner } }) } },
});

const DIALECT: Dialect = {
  operationOf: ({ method = '', url = '' }) => routeOf(method, new URL(url, NOWHERE).pathname)?.operation ?? 'none',
  requests: {
    create_container: ['KeyGet'],
    create_wrapping_key: ['KeyCreate'],
    create: ['KeyImport'],
    set_current: ['KeyImport'],
    enable: ['KeyUpdate'],
    disable: ['KeyUpdate'],
    remove_container: ['KeyDelete'],
  },
  refusals: {
    forbidden: refusal(403, 'Forbidden', 'ForbiddenByPolicy'),
    throttled: refusal(429, 'Throttled'),
    unauthenticated: refusal(401, 'Unauthorized'),
  },
};

/** One key, of which each version is one, and the newest is the current one. */
export const AZURE_SHAPE: Shape = {
  traits: ['removal as a whole', 'container', 'version labels', 'account', 'request ids', 'tried permissions'],
  makes: 'enabled',
  steps: [
    ...(['create_container', 'create_wrapping_key', 'create', 'enable', 'disable'] as const),
    ...(['set_current', 'remove_container'] as const),
  ],
  looks: ['create_container'],
  anew: ['create_wrapping_key'],
  finishes: ['create_wrapping_key', 'set_current'],
};

/** The driver over the embedded Key Vault, with a proxy in between that makes requests fail. */
export async function azureContractCloud(): Promise<CloudUnderTest> {
  const azure = await azureUnderTest({
    rsaKeys: await oneWrappingKey(),
    applications: [APPLICATION, OWNER],
    vaults: [
      {
        name: 'test-vault',
        // As through a proxy of one's own, which leaves the ids of keys as they are.
        url: 'https://test-vault.vault.azure.net',
        permissions: { [APPLICATION.clientId]: [...AZURE_DOCUMENTED_PERMISSIONS, 'list'] },
      },
    ],
  });
  const { vault, retry } = azure;
  const proxy = await startFaultProxy(vault.url, DIALECT);
  const options = { env: allowing(proxy.url, NOWHERE, vault.loginUrl), retry };
  const patient = azureDriver(options);
  const impatient = azureDriver({ ...options, requestTimeoutMs: IMPATIENT_MS });
  return {
    ...proxy,
    driver: patient,
    key: {
      keyType: 'ecdsa-p256',
      purposes: ['sign', 'verify'],
      protection: 'hsm',
      material: (version) => materialOf('ecdsa-p256', version),
    },
    open(how) {
      const credentials = azure.credentials({ endpoint: how === 'unreachable' ? NOWHERE : proxy.url });
      return (how === 'impatient' ? impatient : patient).connect({
        keyCollection: 'test-vault',
        credentials: Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, secret(value)])),
      });
    },
    // A budget of 45 s of the clock that only waiting moves, with waits of up to 4 s between requests.
    longestCallMs: 30_000,
    unknownId: (name) => `${name}/${'0'.repeat(32)}`,
    outside: azureOutside(vault),
    async stop() {
      await proxy.close();
      await azure.stop();
    },
  };
}

/** A vault as its administrator sees it. */
export function azureOutside(vault: KeyVault): Outside {
  let strangers = 0;
  const owner = (): ReturnType<typeof signedIn> => signedIn(vault, OWNER);
  const send = async (method: string, path: string, body?: object): Promise<string> => {
    const answer = await (await owner())(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return String(answer.body.key?.['kid']);
  };
  const keyOf = (name: string): ReturnType<typeof vault.keys>[number] | undefined =>
    vault.keys().find((key) => key.name === name);
  /** Imports a version as whoever may. */
  const importInto = async (name: string, tags: Readonly<Record<string, string>>): Promise<string> => {
    const { kty, crv, x, y, d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      format: 'jwk',
    });
    const kid = await send('PUT', `/keys/${name}`, { key: { kty, crv, x, y, d, key_ops: ['sign'] }, tags });
    return `${name}/${kid.split('/').at(-1) ?? ''}`;
  };
  return {
    ids: async () => vault.keys().flatMap(({ name, versions }) => versions.map(({ id }) => `${name}/${id}`)),
    async stateOf(id) {
      const [name = '', version] = id.split('/');
      const key = keyOf(name);
      const found = key?.versions.find((each) => each.id === version);
      if (!key || !found) return 'gone';
      if (key.phase !== 'active') return 'pending_deletion';
      return found.enabled ? 'enabled' : 'disabled';
    },
    async holderOf(name) {
      const key = keyOf(name);
      return key?.phase === 'active' ? `${name}/${key.versions.at(-1)?.id ?? ''}` : undefined;
    },
    makeObject: (labels = {}) => importInto(`stranger-${++strangers}`, labels),
    takeName: (name, labels = {}) => importInto(name, labels),
    pointName: notThere,
    dropName: notThere,
    async scheduleDeletion(name) {
      await send('DELETE', `/keys/${name}`);
    },
    dropMaterial: notThere,
  };
}
