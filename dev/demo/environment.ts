import { bundlePlugin, PLUGIN_FILE } from '../build/bundle-plugin.ts';
import type { Leak } from '../secrecy/known-secrets.ts';
import { watchServer, type ServerWatch } from '../secrecy/watch-server.ts';
import { findServer } from '../servers/find-server.ts';
import { installPlugin, type InstalledPlugin } from '../servers/install-plugin.ts';
import type { Finished } from '../servers/run-command.ts';
import type { Progress } from '../servers/progress.ts';
import { displayName, type Host } from '../servers/server-binary.ts';
import { startServer, type RunningServer } from '../servers/start-server.ts';
import type { DemoCloud } from './cloud.ts';
import { startCloud } from './clouds/start-cloud.ts';

/** A server with the plugin in its plugin_directory, and a fake of a cloud; both on loopback. */
export interface DemoEnvironment {
  readonly server: RunningServer;
  readonly plugin: InstalledPlugin;
  readonly cloud: DemoCloud;
  /** Where a secret was found: in a response, a log, or a file outside the server's barrier. */
  readonly leaks: () => Promise<readonly Leak[]>;
  readonly stop: () => Promise<void>;
}

/**
 * Builds the plugin, finds a server and starts everything.
 *
 * @param provider of the cloud, `awskms` say
 * @throws {Error} when there is no server or no such cloud, or a part fails
 */
export async function startEnvironment(
  host: Host | undefined,
  provider: string,
  progress: Progress,
): Promise<DemoEnvironment> {
  const start = startCloud(provider);
  const binary = await findServer(host, process.env, progress);
  progress('Building the plugin');
  await bundlePlugin(PLUGIN_FILE);
  const cloud = await start(progress);
  try {
    progress(`Starting ${displayName(binary)} (${binary.path})`);
    const server = await startServer({ binary, env: { KEYMGMT_ALLOWED_ENDPOINTS: cloud.allowed.join(',') } });
    const watch = await watchServer({ http: (...request) => server.http(...request), folders: [server.folder] });
    for (const [name, value] of Object.entries(cloud.secrets)) watch.know(name, value);
    return {
      server: { ...server, cli: (...args) => heard(server, watch, args) },
      plugin: await installPlugin(server, PLUGIN_FILE),
      cloud,
      leaks: () => watch.leaks(),
      async stop() {
        await server.stop();
        await cloud.close();
      },
    };
  } catch (error) {
    await cloud.close();
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
