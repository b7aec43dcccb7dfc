import { RING, startGcpKms } from '../../dev/gcp-kms/kms.ts';
import { startKeyVault } from '../../dev/azure-key-vault/key-vault.ts';
import { startKms } from '../../dev/aws-kms/kms.ts';
import type { Fault as HttpFault, FaultError } from '../../dev/fake-cloud/faults.ts';
import type { Storage } from '../../src/logical/index.ts';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { azureDriver } from '../../src/providers/azure/driver.ts';
import { gcpDriver } from '../../src/providers/gcp/driver.ts';
import type { RetryDependencies } from '../../src/providers/http/retry.ts';
import type { KmsDriver } from '../../src/providers/port.ts';
import { ALICE } from '../aws-kms/client.ts';
import { aws } from '../crash/aws/cloud.ts';
import { azure } from '../crash/azure/cloud.ts';
import type { CrashCloud } from '../crash/cloud.ts';
import { gcp } from '../crash/gcp/cloud.ts';
import { awsOutside } from '../providers/aws/outside.ts';
import { REGION } from '../providers/aws/harness.ts';
import { APPLICATION } from '../providers/azure/cloud-under-test.ts';
import { azureOutside, OWNER } from '../providers/azure/contract-cloud.ts';
import type { Outside } from '../providers/contract/cloud.ts';
import { gcpOutside } from '../providers/gcp/contract-cloud.ts';
import { keyFileFor, VAULT } from '../providers/gcp/harness.ts';
import { oneWrappingKey } from '../providers/one-wrapping-key.ts';
import { allowing } from '../support/allowing.ts';
import type { TestClock } from '../support/distributed-key.ts';
import type { Fault } from '../support/model-calls.ts';
import { readDistribution, readJson, type KeyRecord } from '../support/plain-records.ts';
import type { SharedCloud, Stranger } from './shared-cloud.ts';

/** The strict fake of a cloud behind its real driver, as a property sees a model cloud. */
export interface FakeCloud extends SharedCloud {
  readonly key: { readonly type: string; readonly purpose: string };
  readonly credentials: Readonly<Record<string, string>>;
  drift(change: string, index: number): Promise<void>;
}

/** What is one fake's own. */
interface Started {
  readonly judge: CrashCloud;
  readonly driver: (retry: RetryDependencies) => KmsDriver;
  readonly keyCollection: string;
  readonly credentials: Readonly<Record<string, string>>;
  /** Actions that change something, any of which the credentials may not allow. */
  readonly operations: readonly string[];
  readonly disabling: readonly string[];
  /** Of what the engine may have made, without what strangers have. @param foreign - ids of what they have made */
  readonly state: (foreign: ReadonlySet<string>) => unknown;
  /** The name that a stranger may take, and an object that it may delete. */
  readonly victims: (foreign: ReadonlySet<string>) => {
    readonly name: string | undefined;
    readonly ids: readonly string[];
  };
  readonly outside: Outside;
  /** Labels of all that the engine has made. */
  readonly labels: (foreign: ReadonlySet<string>) => readonly Readonly<Record<string, string>>[];
  /** All that can be seen of a stranger's object; where it was made beside ours, of it alone. */
  readonly picture: (id: string, beside: boolean) => unknown;
  readonly isFree: (name: string) => boolean;
  /** Makes an object beside ours, in what holds them. */
  readonly plant?: (name: string) => Promise<string>;
  readonly accounts?: SharedCloud['accounts'];
  readonly abroad?: SharedCloud['abroad'];
  readonly refusals: Readonly<Record<'throttled' | 'forbidden' | 'unavailable', FaultError>>;
  readonly faults: { set(choose: (call: { readonly action: string }) => HttpFault | undefined): void };
  /** Actions by which a client signs in, which no fault meets. */
  readonly signingIn: readonly string[];
  readonly close: () => Promise<void>;
}

const error = (status: number, code: string): FaultError => ({ status, code, message: 'injected' });

function fakeCloud(clock: TestClock, started: Started): FakeCloud {
  const { judge, driver, operations, outside, refusals, signingIn, accounts } = started;
  const foreign = new Set<string>();
  let passing = false;
  let calls = 0;
  const asHttp = ({ when, reason }: Fault): HttpFault => {
    if (reason === 'throttled' || reason === 'forbidden') return { when: 'before', error: refusals[reason] };
    return reason === 'unavailable' ? { when, error: refusals.unavailable } : { when, drop: true };
  };
  started.faults.set(({ action }) => {
    if (passing || signingIn.includes(action)) return undefined;
    const fault = cloud.fault(action, calls++);
    if (fault) return asHttp(fault);
    const isDenied = !cloud.searchable && judge.beyondDocumented.includes(action);
    return isDenied ? { when: 'before', error: refusals.forbidden } : undefined;
  });
  const wait = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
  };
  /** What somebody else does at home meets no faults. */
  const past = async <T>(act: () => Promise<T>): Promise<T> => {
    const account = accounts?.current;
    passing = true;
    try {
      if (accounts) accounts.current = accounts.home;
      return await act();
    } finally {
      passing = false;
      if (accounts && account !== undefined) accounts.current = account;
    }
  };
  const strangerWith = async (make: () => Promise<string>, beside = false): Promise<Stranger> => {
    const id = await past(make);
    if (!beside) foreign.add(id);
    return { id, picture: () => started.picture(id, beside) };
  };
  const cloud: FakeCloud = {
    driver: driver({ clock, random: () => 0.5, wait }),
    key: judge.key,
    keyCollection: started.keyCollection,
    credentials: started.credentials,
    regions: [],
    fault: () => undefined,
    operations,
    disabling: started.disabling,
    searchable: true,
    drifts: ['take the name', 'schedule deletion'],
    async drift(change, index) {
      const { name, ids } = started.victims(foreign);
      await past(async () => {
        if (change === 'take the name' && name !== undefined) await outside.takeName(name);
        const id = ids[index];
        if (change === 'schedule deletion' && id !== undefined) await outside.scheduleDeletion(id);
      });
    },
    accounts,
    refusesNames: true,
    async forge(index) {
      const labels = started.labels(foreign)[index];
      return labels && strangerWith(() => outside.makeObject(labels));
    },
    async takeFreeName(name, index) {
      const labels = started.labels(foreign)[index];
      return labels && started.isFree(name) ? strangerWith(() => outside.takeName(name, labels)) : undefined;
    },
    async plant() {
      const { plant } = started;
      const { name } = started.victims(foreign);
      return plant && name !== undefined ? strangerWith(() => plant(name), true) : undefined;
    },
    live: () => started.victims(foreign).ids,
    abroad: started.abroad ?? (() => []),
    usable: async () => [],
    async violations(storage: Storage, kms, key) {
      const record = await readJson<KeyRecord>(storage, `key/${key}`);
      const distribution = await readDistribution(storage, kms, key);
      const versions = Array.from({ length: record?.latest_version ?? 0 }, (_, index) => index + 1);
      const reported = new Set(await storage.list(`orphan/${kms}/`));
      const wrong = judge.violations(started.state(foreign), { key: record, versions, distribution, reported });
      return distribution?.removing ? [...wrong, 'the removal is not finished'] : wrong;
    },
    close: started.close,
  };
  return cloud;
}

async function awsFake(clock: TestClock): Promise<FakeCloud> {
  const accounts = { home: '000000000000', away: '222222222222', current: '000000000000', remembered: true };
  const alice = {
    ...ALICE,
    get account() {
      return accounts.current;
    },
  };
  const kms = await startKms({
    accessKeys: [alice],
    clock,
    signatureClock: clock,
    wrappingKeys: await oneWrappingKey(),
  });
  const outside = awsOutside(kms.url, ALICE);
  const ours = (foreign: ReadonlySet<string>): ReturnType<typeof kms.keys> =>
    kms.keys(REGION).filter(({ id, tags }) => 'key_name' in tags && !foreign.has(id));
  const aliasesOf = (foreign: ReadonlySet<string>): ReturnType<typeof kms.aliases> =>
    Object.fromEntries(Object.entries(kms.aliases(REGION)).filter(([, id]) => !foreign.has(id)));
  return fakeCloud(clock, {
    judge: aws as CrashCloud,
    driver: (retry) => awsDriver({ env: allowing(kms.url), retry }),
    keyCollection: REGION,
    credentials: { access_key: ALICE.accessKeyId, secret_key: ALICE.secretAccessKey, endpoint: kms.url },
    operations: [
      ...['CreateKey', 'GetParametersForImport', 'ImportKeyMaterial', 'EnableKey', 'DisableKey'],
      ...['CreateAlias', 'UpdateAlias', 'DeleteAlias', 'ScheduleKeyDeletion'],
    ],
    disabling: ['DisableKey'],
    state: (foreign) => {
      const keys = ours(foreign);
      // An alias that somebody has taken is theirs, and stays when the key is removed.
      const held = Object.entries(aliasesOf(foreign)).filter(([, id]) => keys.some((key) => key.id === id));
      return { keys, aliases: Object.fromEntries(held) };
    },
    victims: (foreign) => ({
      name: Object.keys(aliasesOf(foreign))[0]?.replace('alias/hashicorp/', ''),
      ids: ours(foreign).flatMap(({ id, state }) => (state === 'PendingDeletion' ? [] : id)),
    }),
    labels: (foreign) => ours(foreign).map(({ tags }) => tags),
    picture: (id) => kms.keys(REGION).find((key) => key.id === id),
    isFree: (name) => !(`alias/hashicorp/${name}` in kms.aliases(REGION)),
    accounts,
    abroad: () => kms.keys(REGION, accounts.away).flatMap(({ id, state }) => (state === 'PendingDeletion' ? [] : id)),
    outside,
    refusals: {
      throttled: error(400, 'ThrottlingException'),
      forbidden: error(400, 'AccessDeniedException'),
      unavailable: error(500, 'KMSInternalException'),
    },
    faults: kms.faults,
    signingIn: [],
    async close() {
      outside.close();
      await kms.close();
    },
  });
}

async function gcpFake(clock: TestClock): Promise<FakeCloud> {
  const wrappingKeys = await oneWrappingKey();
  const kms = await startGcpKms({ serviceAccounts: [VAULT], wrappingKeys, clock, signatureClock: clock });
  const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
  const keyOf = (id: string): ReturnType<typeof kms.keys>[number] | undefined =>
    kms.keys().find(({ name }) => shortName(name) === id.split('/')[0]);
  const ours = (): ReturnType<typeof kms.keys> =>
    kms.keys().map((key) => ({
      ...key,
      versions: key.versions.filter(({ importJob = '' }) => !importJob.includes('/stranger-')),
    }));
  /** The CryptoKeys without those that were made by strangers. */
  const notOf = (foreign: ReadonlySet<string>): ReturnType<typeof kms.keys> =>
    kms.keys().filter(({ name }) => !foreign.has(`${shortName(name)}/1`));
  const outside = gcpOutside(kms, clock);
  return fakeCloud(clock, {
    judge: gcp as CrashCloud,
    driver: (retry) => gcpDriver({ env: allowing(kms.url, kms.identityUrl), retry }),
    keyCollection: RING,
    credentials: { credentials_json: keyFileFor(kms), endpoint: kms.url },
    operations: [
      ...['CreateCryptoKey', 'CreateImportJob', 'ImportCryptoKeyVersion', 'ListCryptoKeyVersions'],
      ...['UpdateCryptoKeyVersion', 'UpdateCryptoKeyPrimaryVersion', 'DestroyCryptoKeyVersion'],
    ],
    disabling: ['UpdateCryptoKeyVersion', 'ListCryptoKeyVersions'],
    state: () => ({ keys: ours() }),
    victims: (foreign) => ({
      name: shortName(notOf(foreign).at(-1)?.name ?? '') || undefined,
      ids: ours().flatMap(({ name, versions }) =>
        versions.flatMap(({ number, state }) =>
          state === 'ENABLED' || state === 'DISABLED' ? `${shortName(name)}/${number}` : [],
        ),
      ),
    }),
    outside,
    labels: (foreign) => notOf(foreign).map(({ labels }) => labels),
    picture: (id, beside) => (beside ? keyOf(id)?.versions.find(({ number }) => id.endsWith(`/${number}`)) : keyOf(id)),
    isFree: (name) => keyOf(name) === undefined,
    async plant(name) {
      const primary = await outside.holderOf(name);
      const id = await outside.takeName(name);
      if (primary !== undefined) await outside.pointName(name, primary);
      return id;
    },
    refusals: {
      throttled: error(429, 'RESOURCE_EXHAUSTED'),
      forbidden: error(403, 'PERMISSION_DENIED'),
      unavailable: error(503, 'UNAVAILABLE'),
    },
    faults: kms.faults,
    signingIn: ['Token'],
    close: () => kms.close(),
  });
}

async function azureFake(clock: TestClock): Promise<FakeCloud> {
  const vault = await startKeyVault({
    applications: [APPLICATION, OWNER],
    vaults: [{ name: 'test-vault' }],
    clock,
    rsaKeys: await oneWrappingKey(),
    // Clients keep tokens for longer than a run takes.
    tokenLifetime: 86_400,
  });
  const isOurs = ({ versions }: ReturnType<typeof vault.keys>[number]): boolean =>
    versions.some(({ tags }) => 'vault-keymgmt-version' in tags);
  const all = (foreign: ReadonlySet<string>): ReturnType<typeof vault.keys> =>
    vault.keys().filter(({ name, versions }) => !foreign.has(`${name}/${versions[0]?.id ?? ''}`));
  const live = (foreign: ReadonlySet<string>): ReturnType<typeof vault.keys> =>
    all(foreign).filter((key) => key.phase === 'active' && isOurs(key));
  return fakeCloud(clock, {
    judge: azure as CrashCloud,
    driver: (retry) => azureDriver({ env: allowing(vault.url, vault.loginUrl), retry }),
    keyCollection: 'test-vault',
    credentials: {
      tenant_id: vault.tenantId,
      client_id: APPLICATION.clientId,
      client_secret: APPLICATION.secret,
      endpoint: vault.url,
      authority_host: vault.loginUrl,
    },
    operations: ['KeyGet', 'KeyGetDeleted', 'KeyImport', 'KeyCreate', 'KeyUpdate', 'KeyDelete'],
    disabling: ['KeyUpdate', 'KeyGet'],
    // A key exchange key that a lost answer has left is not used, and not removed.
    state: (foreign) => ({ keys: live(foreign) }),
    victims: (foreign) => ({ name: live(foreign).at(-1)?.name, ids: live(foreign).map(({ name }) => name) }),
    outside: azureOutside(vault),
    labels: (foreign) => all(foreign).flatMap(({ versions }) => versions.map(({ tags }) => tags)),
    picture: (id) => vault.keys().find(({ name }) => name === id.split('/')[0]),
    isFree: (name) => !vault.keys().some((key) => key.name === name),
    refusals: {
      throttled: error(429, 'Throttled'),
      forbidden: error(403, 'Forbidden'),
      unavailable: error(503, 'ServiceUnavailable'),
    },
    faults: vault.faults,
    signingIn: ['Token', 'Authentication'],
    close: () => vault.close(),
  });
}

/** The strict fakes of all clouds. */
export const FAKES: readonly (readonly [name: string, make: (clock: TestClock) => Promise<FakeCloud>])[] = [
  ['AWS', awsFake],
  ['Azure', azureFake],
  ['GCP', gcpFake],
];
