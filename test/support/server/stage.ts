import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { startKms } from '../../../dev/aws-kms/index.ts';
import type { Kms } from '../../../dev/aws-kms/kms.ts';
import { bundlePlugin } from '../../../dev/build/bundle-plugin.ts';
import type { Answer, Method } from '../../../dev/servers/http-client.ts';
import { installPlugin, registerArguments, type InstalledPlugin } from '../../../dev/servers/install-plugin.ts';
import type { ServerBinary } from '../../../dev/servers/server-binary.ts';
import { startServer, type RunningServer } from '../../../dev/servers/start-server.ts';
import { findLeaks, type Leak, type Secret } from './find-leaks.ts';
import { materialInStorage } from './raw-storage.ts';

export const REGION = 'eu-central-1';

export interface StageOptions {
  /** Added to the environment of the server, and so of the plugin. */
  readonly env?: Readonly<Record<string, string>>;
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
  /** Adds all key material that is in storage now to what is searched for. @returns how many pieces are known by now */
  noteMaterial(): Promise<number>;
  /** Where a secret was seen. */
  leaks(): Promise<readonly Leak[]>;
  /** Takes everything down. */
  strike(): Promise<void>;
}

export async function raiseStage(binary: ServerBinary, { env = {} }: StageOptions = {}): Promise<Stage> {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: randomBytes(30).toString('base64url') };
  const embedded = await startKms({ accessKeys: [credentials] });
  const server = await startServer({ binary, env, logLevel: 'trace' }).catch(async (error: unknown) => {
    await embedded.close();
    throw error;
  });
  const kms = new KMSClient({ region: REGION, endpoint: embedded.url, credentials });
  const strike = async (): Promise<void> => {
    kms.destroy();
    await server.stop();
    await embedded.close();
  };

  const secrets = new Map<string, Secret>();
  const know = (what: string, bytes: Buffer): void => {
    secrets.set(bytes.toString('hex'), { what, bytes });
  };
  know('secret_key', Buffer.from(credentials.secretAccessKey));
  const heard: { where: string; text: string }[] = [];
  const auditLog = `${server.folder}/audit.log`;

  const cli: Stage['cli'] = async (...args) => {
    const { code, stdout, stderr } = await server.cli(...args);
    heard.push({ where: `answer to ${args.slice(0, 2).join(' ')}`, text: stdout + stderr });
    if (code !== 0) throw new Error(`${args.join(' ')} exits with ${code}: ${stderr}`);
    return stdout;
  };
  let plugin: InstalledPlugin;
  try {
    await cli('audit', 'enable', 'file', `file_path=${auditLog}`);
    const built = `${server.folder}/build/vault-plugin-secrets-keymgmt`;
    await bundlePlugin(built);
    plugin = await installPlugin(server, built);
    await cli(...registerArguments(plugin));
    await cli('secrets', 'enable', 'keymgmt');
  } catch (error) {
    await strike();
    throw error;
  }
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
      heard.push({ where: `answer to ${method} ${path}`, text: answer.text });
      return answer;
    },
    cli,
    async noteMaterial() {
      for (const { path, bytes } of await materialInStorage(server)) know(path, bytes);
      return secrets.size - 1;
    },
    async leaks() {
      const logs = [
        { where: 'audit log', text: withoutRawStorage(await readFile(auditLog, 'utf8')) },
        { where: 'server log', text: await server.log() },
      ];
      return findLeaks([...heard, ...logs, ...(await storageFiles(server))], [...secrets.values()]);
    },
    strike,
  };
}

/** What the server has written to disk, which is outside its barrier: bytes as text, one character each. */
async function storageFiles(
  server: RunningServer,
): Promise<readonly { readonly where: string; readonly text: string }[]> {
  const root = join(server.folder, 'raft');
  const names = await readdir(root, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.map(async (file) => ({ where: file.slice(root.length), text: await readFile(file, 'latin1') })),
  );
  // The names of records are not encrypted: where they are not seen, the search looks at the wrong files.
  if (!texts.some(({ text }) => text.includes('logical/'))) throw new Error(`no records in the files of ${root}`);
  return texts;
}

// Vault puts what sys/raw answers in the audit log as it is: that is our own look at storage.
function withoutRawStorage(auditLog: string): string {
  const pathOf = (line: string): string => (JSON.parse(line) as { request: { path: string } }).request.path;
  const lines = auditLog.split('\n').filter((line) => line !== '');
  return lines.filter((line) => !pathOf(line).startsWith('sys/raw/')).join('\n');
}
