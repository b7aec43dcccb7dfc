import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client,
  credentials,
  ServerCredentials,
  type ChannelCredentials,
  type ClientDuplexStream,
} from '@grpc/grpc-js';
import type { StoredSecret } from '../../../dev/secrecy/secrets-in-record.ts';
import { inMemoryStorage, type Storage, type SystemView } from '../../../src/logical/index.ts';
import type { ConnInfo, ConnInfo__Output } from '../../../src/goplugin/generated/plugin/ConnInfo.ts';
import { goPluginServices, type GoPluginServices } from '../../../src/goplugin/wire.ts';
import { vaultServices, type VaultServices } from '../../../src/vault/wire.ts';
import { serveBrokered, type BrokeredServices } from './brokered-services.ts';
import { startChild, type Exit, type PluginChild } from './child.ts';
import { autoMtlsIdentity, legacyIdentity, type Identity } from './identity.ts';
import { mountedBackend, type MountedBackend } from './mounted-backend.ts';
import { call } from './rpc.ts';
import { startUnwrapServer, type UnwrapServer } from './unwrap-server.ts';
import { watchPlugin, type PluginWatch } from './watch-plugin.ts';

/**
 * How host and plugin trust each other: AutoMTLS (Vault 1.12 and later, OpenBao), plaintext with the metadata mode on
 * (first run of Vault 1.11), the unwrapped certificate (its second run), or plaintext and nothing else.
 */
export type HostMode = 'automtls' | 'metadata' | 'legacy' | 'plaintext';

export interface HostOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to PATH, TMPDIR and what the host itself sets, and goes before it. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default automtls */
  readonly mode?: HostMode;
  /** `PLUGIN_PROTOCOL_VERSIONS`. @default `5` with AutoMTLS, else `4,3` */
  readonly versions?: string;
  /** In legacy mode, serves the unwrap call over TLS with this identity. */
  readonly unwrapTls?: Identity;
}

export interface MountOptions {
  /** The mount's storage; null as while a plugin is registered, where each call fails. @default one in memory */
  readonly storage?: Storage | null;
  /** What the system view answers. @default a Community server 1.21.1 */
  readonly system?: Partial<SystemView>;
  /** @default true, as in Vault since 1.13 */
  readonly takesEvents?: boolean;
  /** Mount options, as `Config` of Setup. */
  readonly config?: Readonly<Record<string, string>>;
  /** @default a random one */
  readonly uuid?: string;
  /** Which of the two the plugin sees first. @default address */
  readonly first?: 'address' | 'setup';
}

/** A go-plugin host with its plugin. */
export interface Host {
  readonly plugin: PluginChild;
  /** Fields of the handshake line. */
  readonly handshake: readonly string[];
  readonly unwrapServer: UnwrapServer | undefined;
  /** Makes raw calls to the plugin. */
  readonly client: Client;
  readonly wire: VaultServices & GoPluginServices;
  /**
   * Sets a mount up: offers storage and system view over the broker and calls Setup; Initialize is the caller's.
   *
   * @throws {Error} with the plugin's text where it refuses
   */
  mount(options?: MountOptions): Promise<MountedBackend>;
  /** Asks the plugin to leave, as go-plugin's `Client.Kill` does, and waits until it has. */
  shutdown(): Promise<Exit>;
  /** Goes away without a word, as a killed server does. */
  vanish(): void;
  /** SIGKILL, then {@link Host.close}. */
  kill(): Promise<Exit>;
  /**
   * Lets go of everything on the host's side; the plugin is killed if it still runs.
   *
   * @throws {Error} when a secret was seen in anything that came out of the plugin, as the other ends of a host do
   */
  close(): Promise<void>;
}

const COOKIE = { VAULT_BACKEND_PLUGIN: '6669da05-b1c8-4f49-97d9-c8e5bed98e20' };
const UNLIMITED = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

/** How the host's side of the connections is protected. */
interface Security {
  readonly env: Readonly<Record<string, string>>;
  readonly serverName?: string;
  /** Once the handshake is there. */
  readonly client: (pluginCertificate: string) => ChannelCredentials;
  readonly server: (pluginCertificate: string) => ServerCredentials;
  readonly unwrapServer?: UnwrapServer;
  /** What the plugin is given, beside its own key. */
  readonly secrets: readonly StoredSecret[];
}

/** Starts a plugin as a server does, up to the open broker stream. */
export async function startHost(options: HostOptions): Promise<Host> {
  const mode = options.mode ?? 'automtls';
  const security = await secure(mode, options.unwrapTls);
  const watch = watchPlugin();
  for (const { what, bytes } of [...security.secrets, ...secretsInEnvironment(options.env ?? {})]) {
    watch.know(what, bytes);
  }
  // The name is short: the path of the plugin's socket, in there, may have 104 characters.
  const folder = await mkdtemp(join(tmpdir(), 'h-'));
  const child = startChild({
    command: options.command,
    args: options.args ?? [],
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      TMPDIR: folder,
      PLUGIN_MIN_PORT: '10000',
      PLUGIN_MAX_PORT: '25000',
      ...COOKIE,
      ...security.env,
      ...options.env,
      PLUGIN_PROTOCOL_VERSIONS: options.versions ?? (mode === 'automtls' ? '5' : '4,3'),
    },
  });
  /** Once the process is gone. */
  const check = async (): Promise<void> => {
    try {
      await watch.check(child, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  try {
    return await connect({ child, line: await child.firstLine(), security, watch, check });
  } catch (error) {
    security.unwrapServer?.close();
    child.kill('SIGKILL');
    await child.exited;
    await check();
    throw error;
  }
}

interface Started {
  readonly child: PluginChild;
  /** The handshake. */
  readonly line: string;
  readonly security: Security;
  readonly watch: PluginWatch;
  /** Looks for secrets in all that has come out of the plugin. */
  readonly check: () => Promise<void>;
}

async function connect({ child, line, security, watch, check }: Started): Promise<Host> {
  const handshake = line.trimEnd().split('|');
  const [, , network, address = '', , certificate = ''] = handshake;
  const pem = certificate && new X509Certificate(Buffer.from(certificate, 'base64')).toString();
  const wire = { ...goPluginServices(), ...vaultServices() };
  const client = new Client(network === 'unix' ? `unix:${address}` : address, security.client(pem), {
    ...UNLIMITED,
    'grpc.use_local_subchannel_pool': 1,
    interceptors: [watch.interceptor],
    ...(security.serverName && { 'grpc.ssl_target_name_override': security.serverName }),
  });
  const broker = openBroker(client, wire);
  const served: BrokeredServices[] = [];
  let lastId = 0;

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= closeNow());
  const closeNow = async (): Promise<void> => {
    broker.cancel();
    client.close();
    for (const services of served) {
      services.close();
      watch.hear('an event', JSON.stringify(services.events));
    }
    security.unwrapServer?.close();
    child.kill('SIGKILL');
    await child.exited;
    // A killed plugin cannot do it.
    if (network === 'unix') rmSync(address, { force: true });
    await check();
  };

  return {
    plugin: child,
    handshake,
    unwrapServer: security.unwrapServer,
    client,
    wire,
    async mount({
      storage,
      system = {},
      config = {},
      uuid = randomUUID(),
      first = 'address',
      takesEvents = true,
    } = {}) {
      const id = ++lastId;
      const brokered = await serveBrokered({
        wire,
        credentials: security.server(pem),
        storage: storage === null ? undefined : watch.storage(storage ?? inMemoryStorage()),
        system,
        takesEvents,
      });
      served.push(brokered);
      const multiplexId = handshake[1] === '5' ? randomUUID().slice(0, 10) : undefined;
      const args = { broker_id: id, Config: { ...config }, backendUUID: uuid };
      const metadata = multiplexId ? { multiplex_id: multiplexId } : {};
      const announce = (): unknown => broker.write({ service_id: id, network: 'unix', address: brokered.path });

      if (first === 'address') announce();
      const setup = call(client, wire.backend.Setup, args, { metadata });
      if (first === 'setup') {
        // The plugin answers in order: once this is back, it has begun to wait for the address.
        await call(client, wire.health.Check, { service: 'plugin' });
        announce();
      }
      const { err } = await setup;
      if (err !== '') throw new Error(err);
      return mountedBackend({ client, wire, brokered, multiplexId });
    },
    async shutdown() {
      broker.end();
      await call(client, wire.controller.Shutdown, {}).catch(() => undefined);
      client.close();
      const exit = await child.exited;
      await close();
      return exit;
    },
    vanish() {
      broker.cancel();
      client.close();
      for (const services of served) services.close();
    },
    async kill() {
      child.kill('SIGKILL');
      const exit = await child.exited;
      await close();
      return exit;
    },
    close,
  };
}

function secretsInEnvironment(env: Readonly<Record<string, string>>): readonly StoredSecret[] {
  const secret = Object.entries(env).filter(([name]) => /SECRET|TOKEN/.test(name));
  return secret.map(([name, value]) => ({ what: name, bytes: Buffer.from(value) }));
}

function openBroker(client: Client, wire: GoPluginServices): ClientDuplexStream<ConnInfo, ConnInfo__Output> {
  const { path, requestSerialize, responseDeserialize } = wire.broker.StartStream;
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  stream.on('error', () => undefined);
  stream.resume();
  return stream;
}

async function secure(mode: HostMode, unwrapTls: Identity | undefined): Promise<Security> {
  const insecure = {
    client: () => credentials.createInsecure(),
    server: () => ServerCredentials.createInsecure(),
    secrets: [],
  };
  switch (mode) {
    case 'plaintext':
      return { env: {}, ...insecure };
    case 'metadata':
      return { env: { VAULT_PLUGIN_METADATA_MODE: 'true' }, ...insecure };
    case 'automtls': {
      const own = autoMtlsIdentity();
      const env = { PLUGIN_CLIENT_CERT: own.certificate, VAULT_PLUGIN_METADATA_MODE: 'false' };
      return {
        env: { ...env, VAULT_PLUGIN_AUTOMTLS_ENABLED: 'true' },
        serverName: 'localhost',
        secrets: [],
        ...mutual(own),
      };
    }
    case 'legacy': {
      const serverName = randomUUID();
      const shared = legacyIdentity(serverName);
      const unwrapServer = await startUnwrapServer(shared, unwrapTls);
      const env = { VAULT_UNWRAP_TOKEN: unwrapServer.token, VAULT_PLUGIN_METADATA_MODE: 'false' };
      const secrets = [
        { what: 'the unwrap token', bytes: Buffer.from(unwrapServer.token) },
        { what: 'the shared key', bytes: createPrivateKey(shared.key).export({ type: 'pkcs8', format: 'der' }) },
      ];
      return { env, serverName, unwrapServer, secrets, ...mutual(shared) };
    }
  }
}

// In legacy mode the plugin names no certificate: both sides have the same one.
function mutual(own: Identity): Pick<Security, 'client' | 'server'> {
  const key = Buffer.from(own.key);
  const chain = Buffer.from(own.certificate);
  const trusted = (pluginCertificate: string): Buffer => Buffer.from(pluginCertificate || own.certificate);
  return {
    client: (certificate) => credentials.createSsl(trusted(certificate), key, chain),
    server: (certificate) =>
      ServerCredentials.createSsl(trusted(certificate), [{ private_key: key, cert_chain: chain }], true),
  };
}
