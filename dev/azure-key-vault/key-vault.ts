import { randomBytes } from 'node:crypto';
import { systemClock, type WallClock } from '../../src/support/clock.ts';
import { startAdmin } from '../fake-cloud/admin.ts';
import { newCallLog } from '../fake-cloud/call-log.ts';
import { newFaults, type Faults } from '../fake-cloud/faults.ts';
import { newThrottle } from '../fake-cloud/quotas.ts';
import { wrappingKeyRing, type WrappingKeys } from '../fake-cloud/wrapping-keys.ts';
import { tokenIssuer } from './access-token.ts';
import type { LoggedVaultCall, VaultFaultCall } from './calls.ts';
import { RESOURCES, type AzureCloud } from './clouds.ts';
import type { Application } from './login.ts';
import type { ManagedIdentity } from './managed-identity.ts';
import { serveIdentities, serveLogin, serveVault } from './serve.ts';
import { KEY_PERMISSIONS, type Grant, type KeyPermission, type Sku, type Vault } from './state.ts';
import { keysIn, type KeyView } from './views.ts';

export interface VaultOptions {
  /** @default test */
  readonly name?: string;
  /** @default premium */
  readonly sku?: Sku;
  /** @default 0, a free port of 127.0.0.1 */
  readonly port?: number;
  /** What the ids of its keys begin with, for a vault that is reached by another endpoint. @default that of its server */
  readonly url?: string;
  /** Key permissions by client id. @default all, for an application or identity that is not named */
  readonly permissions?: Readonly<Record<string, readonly KeyPermission[]>>;
  /** Whether the permissions are roles of Azure RBAC, and not an access policy. @default false */
  readonly rbac?: boolean;
  /** How long what was deleted is retained, 7 to 90 days. @default 90 */
  readonly retentionDays?: number;
  /** @default false */
  readonly purgeProtection?: boolean;
  /** Whether `get` of a disabled version is refused, as Azure does with secrets. @default false */
  readonly hidesDisabled?: boolean;
}

export interface KeyVaultOptions {
  /** @default AzurePublicCloud */
  readonly cloud?: AzureCloud;
  /** @default {@link TENANT} */
  readonly tenantId?: string;
  readonly applications?: readonly Application[];
  readonly managedIdentities?: readonly ManagedIdentity[];
  /** Each has an endpoint of its own. @default one, with the defaults of {@link VaultOptions} */
  readonly vaults?: readonly VaultOptions[];
  /** Of the login endpoint. @default 0, a free port of 127.0.0.1 */
  readonly loginPort?: number;
  /** @default the system clock */
  readonly clock?: WallClock;
  /** Seconds that a token is valid. @default 3599 */
  readonly tokenLifetime?: number;
  /** Calls a second by action, in each vault. @default no limit */
  readonly quotas?: Readonly<Record<string, number>>;
  readonly consistency?: {
    /** Number of look-ups of a key that still see it as before its deletion, recovery or purge. @default 0 */
    readonly lookups?: number;
    /** Number of calls of an application that {@link KeyVault.permit} does not reach yet. @default 0 */
    readonly policyCalls?: number;
  };
  /** Source of the RSA keys that vaults generate. Several fakes of one process can share it. */
  readonly rsaKeys?: WrappingKeys;
  /** Whether to open the admin endpoint (dev/fake-cloud/admin.ts); `/state?vault=` shows the keys. @default false */
  readonly admin?: boolean;
}

/** The tenant of an embedded Key Vault that is given none. */
export const TENANT = '3c2a1b00-0000-4000-8000-0000000007e5';

/** Running embedded key vaults of one tenant, with its login endpoint and a machine's endpoint for managed identities. */
export interface KeyVault {
  /** Base URL of the first vault, without a trailing slash, as all URLs here. */
  readonly url: string;
  /** The authority: tokens are at `/{tenant}/oauth2/v2.0/token` below it. */
  readonly loginUrl: string;
  /** Stands for http://169.254.169.254; below it `/msi/token` is the IDENTITY_ENDPOINT of App Service. */
  readonly identityUrl: string;
  /** The IDENTITY_HEADER of App Service. */
  readonly identityHeader: string;
  readonly adminUrl?: string;
  readonly tenantId: string;
  vaultUrl(name: string): string;
  calls(): readonly LoggedVaultCall[];
  /** @param vault @default the first */
  keys(vault?: string): readonly KeyView[];
  /** Changes an access policy or role assignment. @param permissions undefined for all @param vault @default the first */
  permit(clientId: string, permissions: readonly KeyPermission[] | undefined, vault?: string): void;
  readonly faults: Faults<VaultFaultCall>;
  close(): Promise<void>;
}

/**
 * Starts key vaults in this process, on 127.0.0.1, with nothing in them.
 *
 * @throws {Error} when a port is in use
 */
export async function startKeyVault(options: KeyVaultOptions = {}): Promise<KeyVault> {
  const clock = options.clock ?? systemClock;
  const tenantId = options.tenantId ?? TENANT;
  const resources = RESOURCES[options.cloud ?? 'AzurePublicCloud'];
  const log = newCallLog<LoggedVaultCall>();
  const { faults, choose } = newFaults<VaultFaultCall>();
  const common = {
    tenantId,
    resources: Object.values(resources),
    lifetime: options.tokenLifetime ?? 3599,
    tokens: tokenIssuer(),
    now: () => clock.now(),
    log,
    chooseFault: choose,
  };
  const login = await serveLogin({ ...common, applications: options.applications ?? [] }, options.loginPort ?? 0);
  const identityHeader = randomBytes(16).toString('hex');
  const identities = await serveIdentities(
    { ...common, identities: options.managedIdentities ?? [], header: identityHeader },
    0,
  );
  const callers = [...(options.applications ?? []), ...(options.managedIdentities ?? [])].map(
    ({ clientId }) => clientId,
  );
  const rsaKeys = options.rsaKeys ?? wrappingKeyRing();
  const throttle = newThrottle(options.quotas ?? {});
  const vaults = await Promise.all(
    (options.vaults ?? [{}]).map(async (one) => {
      const vault = newVault(one, tenantId, callers);
      const resource = resources[vault.sku === 'managedHsm' ? 'managedHsm' : 'vault'];
      const lookups = options.consistency?.lookups ?? 0;
      const server = await serveVault(
        { ...common, vault, resource, authority: login.url, lookups, rsaKeys, throttle },
        one.port ?? 0,
        one.url,
      );
      return { vault, server };
    }),
  );
  const named = (name?: string): (typeof vaults)[number] => {
    const found = name === undefined ? vaults[0] : vaults.find(({ vault }) => vault.name === name);
    if (found === undefined) throw new Error(`no vault ${name ?? ''}`);
    return found;
  };
  const keyVault = {
    url: named().server.url,
    loginUrl: login.url,
    identityUrl: identities.url,
    identityHeader,
    tenantId,
    vaultUrl: (name: string) => named(name).server.url,
    calls: () => log.calls(),
    keys: (name?: string) => keysIn(named(name).vault),
    permit(clientId: string, permissions: readonly KeyPermission[] | undefined, name?: string) {
      const grants = named(name).vault.permissions;
      const former = grants.get(clientId)?.allowed ?? [];
      const callsLeft = options.consistency?.policyCalls ?? 0;
      grants.set(clientId, { allowed: permissions ?? KEY_PERMISSIONS, former, callsLeft });
    },
    faults,
  };
  const state = (query: URLSearchParams): unknown => ({ keys: keyVault.keys(query.get('vault') ?? undefined) });
  const admin = options.admin === true ? await startAdmin({ ...keyVault, state }) : undefined;
  return {
    ...keyVault,
    ...(admin === undefined ? {} : { adminUrl: admin.url }),
    async close() {
      await Promise.all([
        login.close(),
        identities.close(),
        admin?.close(),
        ...vaults.map(({ server }) => server.close()),
      ]);
    },
  };
}

function newVault(options: VaultOptions, tenantId: string, callers: readonly string[]): Vault {
  const all = Object.fromEntries(callers.map((clientId) => [clientId, KEY_PERMISSIONS]));
  const given: Readonly<Record<string, readonly KeyPermission[]>> = { ...all, ...options.permissions };
  const permissions = new Map<string, Grant>();
  for (const [clientId, allowed] of Object.entries(given)) {
    permissions.set(clientId, { allowed, former: allowed, callsLeft: 0 });
  }
  return {
    name: options.name ?? 'test',
    sku: options.sku ?? 'premium',
    tenantId,
    retentionDays: options.retentionDays ?? 90,
    purgeProtection: options.purgeProtection ?? false,
    hidesDisabled: options.hidesDisabled ?? false,
    rbac: options.rbac ?? false,
    keys: new Map(),
    permissions,
    generated: 0,
  };
}
