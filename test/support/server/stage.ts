import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { startKms } from '../../../dev/aws-kms/index.ts';
import type { Kms } from '../../../dev/aws-kms/kms.ts';
import { bundlePlugin } from '../../../dev/build/bundle-plugin.ts';
import type { Leak } from '../../../dev/secrecy/known-secrets.ts';
import { watchServer } from '../../../dev/secrecy/watch-server.ts';
import type { Answer, Method } from '../../../dev/servers/http-client.ts';
import { installPlugin, registerArguments, type InstalledPlugin } from '../../../dev/servers/install-plugin.ts';
import type { ServerBinary } from '../../../dev/servers/server-binary.ts';
import { startServer, type RunningServer } from '../../../dev/servers/start-server.ts';
import { allowing } from '../allowing.ts';

export const REGION = 'eu-central-1';

export interface StageOptions {
  /** Added to the environment of the server, and so of the plugin. */
  readonly env?: Readonly<Record<string, string>>;
  /** The plugin. @default the file that `PLUGIN_FILE` names, else the script, built for this */
  readonly file?: string;
}

/** A real server with the plugin registered and mounted at `keymgmt/`, an embedded AWS KMS, and ears everywhere. */
export interface Stage {
  readonly server: RunningServer;
  /** The embedded KMS itself: what it holds, and how it fails. */
  readonly embedded: Kms;
  /** An application's client of the embedded KMS. */
  readonly kms: KMSClient;
  /** Body of a write to `kms/:name` that leads to the embedded KMS. */
  readonly provider: Readonly<Record<string, unknown>>;
  /** The plugin's file in the server's plugin_directory. */
  readonly plugin: InstalledPlugin;
  /** Sends a request as root and remembers the answer for the search for secrets. */
  http(method: Method, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Runs the server's command line, remembering in the same way. @returns stdout @throws {Error} when it fails */
  cli(...args: readonly string[]): Promise<string>;
  /** Remembers for the search for secrets what another client of the server was answered. */
  readonly hear: (what: string, text: string) => void;
  /** Adds a secret that is in no storage. */
  readonly know: (what: string, secret: string) => void;
  /** Gets to know all secrets that are in storage now. @returns how many pieces of key material are known by now */
  noteMaterial(): Promise<number>;
  /** Where a secret was seen. */
  leaks(): Promise<readonly Leak[]>;
  /** Takes everything down. */
  strike(): Promise<void>;
}

export async function raiseStage(binary: ServerBinary, { env = {}, file }: StageOptions = {}): Promise<Stage> {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: randomBytes(30).toString('base64url') };
  const embedded = await startKms({ accessKeys: [credentials] });
  const server = await startServer({ binary, env: { ...allowing(embedded.url), ...env }, logLevel: 'trace' }).catch(
    async (error: unknown) => {
      await embedded.close();
      throw error;
    },
  );
  const kms = new KMSClient({ region: REGION, endpoint: embedded.url, credentials });
  const strike = async (): Promise<void> => {
    kms.destroy();
    await server.stop();
    await embedded.close();
  };

  try {
    const watch = await watchServer({ http: (...request) => server.http(...request), folders: [server.folder] });
    watch.know('access_key', credentials.accessKeyId);
    watch.know('secret_key', credentials.secretAccessKey);
    const cli: Stage['cli'] = async (...args) => {
      const { code, stdout, stderr } = await server.cli(...args);
      watch.hear(`answer to ${args.slice(0, 2).join(' ')}`, stdout + stderr);
      if (code !== 0) throw new Error(`${args.join(' ')} exits with ${code}: ${stderr}`);
      return stdout;
    };
    const built = `${server.folder}/build/vault-plugin-secrets-keymgmt`;
    const given = file ?? process.env['PLUGIN_FILE'];
    if (given === undefined) await bundlePlugin(built);
    const plugin = await installPlugin(server, given ?? built);
    await cli(...registerArguments(plugin));
    await cli('secrets', 'enable', 'keymgmt');
    return {
      server,
      plugin,
      embedded,
      kms,
      provider: {
        provider: 'awskms',
        key_collection: REGION,
        credentials: {
          access_key: credentials.accessKeyId,
          secret_key: credentials.secretAccessKey,
          endpoint: embedded.url,
        },
      },
      async http(method, path, body, headers) {
        const answer = await server.http(method, path, body, headers);
        watch.hear(`answer to ${method} ${path}`, answer.text);
        return answer;
      },
      cli,
      hear: (what, text) => {
        watch.hear(what, text);
      },
      know: (what, secret) => {
        watch.know(what, secret);
      },
      noteMaterial: () => watch.noteStorage(),
      leaks: () => watch.leaks(),
      strike,
    };
  } catch (error) {
    await strike();
    throw error;
  }
}
