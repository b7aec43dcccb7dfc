import { basename } from 'node:path';
import { startKms } from '../dev/aws-kms/kms.ts';
import type { Answer, Method } from '../dev/servers/http-client.ts';
import { installPlugin, registerArguments } from '../dev/servers/install-plugin.ts';
import type { ServerBinary } from '../dev/servers/server-binary.ts';
import { startServer, type RunningServer } from '../dev/servers/start-server.ts';
import { pluginProcesses } from '../test/support/server/plugin-processes.ts';
import { RECORDS } from './subjects.ts';

const REGION = 'eu-central-1';
const ACCESS_KEY = { accessKeyId: 'AKIABENCHMARKS00', secretAccessKey: 'bench-secret' };

/** A server with both plugins and the two engines of its own, each with its records. */
export interface BenchServer {
  readonly server: RunningServer;
  /** Processes of the two plugins. */
  readonly ours: readonly number[];
  readonly go: readonly number[];
  stop(): Promise<void>;
}

export async function startBenchServer(binary: ServerBinary, plugin: string, goPlugin: string): Promise<BenchServer> {
  const kms = await startKms({ accessKeys: [ACCESS_KEY] });
  const server = await startServer({ binary, env: { KEYMGMT_ALLOWED_ENDPOINTS: kms.url } }).catch(
    async (error: unknown) => {
      await kms.close();
      throw error;
    },
  );
  const stop = async (): Promise<void> => {
    await server.stop();
    await kms.close();
  };
  const accepted = async (method: Method, path: string, body: unknown): Promise<Answer> => {
    const answer = await server.http(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };
  try {
    for (const [file, name] of [
      [plugin, 'keymgmt'],
      [goPlugin, 'go'],
    ] as const) {
      const { code, stderr } = await server.cli(...registerArguments(await installPlugin(server, file), name));
      if (code !== 0) throw new Error(`${basename(file)} cannot be registered: ${stderr}`);
    }
    for (const type of ['keymgmt', 'go', 'kv', 'transit']) await accepted('POST', `sys/mounts/${type}`, { type });
    for (let record = 0; record < RECORDS; record++) {
      await accepted('POST', `keymgmt/key/r${record}`, { type: 'aes256-gcm96' });
      await accepted('POST', `go/r${record}`, { value: 'v' });
      await accepted('POST', `kv/r${record}`, { value: 'v' });
      await accepted('POST', `transit/keys/r${record}`, {});
    }
    await accepted('POST', 'keymgmt/kms/aws', {
      provider: 'awskms',
      key_collection: REGION,
      credentials: { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey, endpoint: kms.url },
    });
    await accepted('POST', 'keymgmt/key/d', { type: 'aes256-gcm96' });
    await accepted('POST', 'keymgmt/kms/aws/key/d', { purpose: 'encrypt,decrypt' });
    return {
      server,
      ours: await pluginProcesses(server.pid(), basename(plugin)),
      go: await pluginProcesses(server.pid(), basename(goPlugin)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
