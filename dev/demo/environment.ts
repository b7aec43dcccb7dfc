import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { startKms } from '../aws-kms/index.ts';
import { bundlePlugin, PLUGIN_FILE } from '../build/bundle-plugin.ts';
import type { Leak } from '../secrecy/known-secrets.ts';
import { watchServer, type ServerWatch } from '../secrecy/watch-server.ts';
import { findServer } from '../servers/find-server.ts';
import { installPlugin, type InstalledPlugin } from '../servers/install-plugin.ts';
import type { Finished } from '../servers/run-command.ts';
import type { Progress } from '../servers/progress.ts';
import { displayName, type Host } from '../servers/server-binary.ts';
import { startServer, type RunningServer } from '../servers/start-server.ts';

/** The Region of the demo's keys; the embedded KMS has all Regions. */
export const REGION = 'us-west-2';

/** Credentials of the only user of the embedded KMS. */
export interface DemoCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A server with the plugin in its plugin_directory, and an embedded AWS KMS; both on loopback. */
export interface DemoEnvironment {
  readonly server: RunningServer;
  readonly plugin: InstalledPlugin;
  /** Endpoint of the embedded KMS. */
  readonly endpoint: string;
  readonly credentials: DemoCredentials;
  /** The client of an application. */
  readonly kms: KMSClient;
  /** Where a secret was found: in a response, a log, or a file outside the server's barrier. */
  readonly leaks: () => Promise<readonly Leak[]>;
  readonly stop: () => Promise<void>;
}

/** Builds the plugin, finds a server and starts everything. @throws {Error} when there is no server, or a part fails */
export async function startEnvironment(host: Host | undefined, progress: Progress): Promise<DemoEnvironment> {
  // Suppresses the SDK's warning about this Node.js version.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const binary = await findServer(host, process.env, progress);
  progress('Building the plugin');
  await bundlePlugin(PLUGIN_FILE);
  const credentials = { accessKeyId: `AKIA${randomName(16)}`, secretAccessKey: randomBytes(30).toString('base64url') };
  progress('Starting the embedded AWS KMS');
  const embedded = await startKms({ accessKeys: [credentials] });
  try {
    progress(`Starting ${displayName(binary)} (${binary.path})`);
    const server = await startServer({ binary, env: { KEYMGMT_ALLOWED_ENDPOINTS: embedded.url } });
    const watch = await watchServer({ http: (...request) => server.http(...request), folders: [server.folder] });
    watch.know('access_key', credentials.accessKeyId);
    watch.know('secret_key', credentials.secretAccessKey);
    const kms = new KMSClient({ region: REGION, endpoint: embedded.url, credentials });
    return {
      server: { ...server, cli: (...args) => heard(server, watch, args) },
      plugin: await installPlugin(server, PLUGIN_FILE),
      endpoint: embedded.url,
      credentials,
      kms,
      leaks: () => watch.leaks(),
      async stop() {
        kms.destroy();
        await server.stop();
        await embedded.close();
      },
    };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

/** Runs a command and records its output for the search for secrets. */
async function heard(server: RunningServer, watch: ServerWatch, args: readonly string[]): Promise<Finished> {
  await watch.noteStorage();
  const answer = await server.cli(...args);
  watch.hear(`the answer to ${args.slice(0, 2).join(' ')}`, answer.stdout + answer.stderr);
  return answer;
}

// The alphabet of access key ids.
function randomName(length: number): string {
  return Array.from(randomBytes(length), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte % 32)).join('');
}
