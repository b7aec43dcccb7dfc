import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { freePorts } from './free-ports.ts';
import { sendRequest, type Answer, type Method } from './http-client.ts';
import { runCommand, type Finished } from './run-command.ts';
import type { ServerBinary } from './server-binary.ts';
import {
  configFile,
  logFile,
  pluginFolder,
  scratchFolder,
  serverConfig,
  storageFolder,
  type ServerPlace,
} from './server-config.ts';
import { startProcess, type ServerProcess } from './server-process.ts';
import { waitUntil } from './wait-until.ts';

/** A real server on loopback: initialised, unsealed and active, in a folder of its own that ends with it. */
export interface RunningServer {
  readonly binary: ServerBinary;
  /** `http://127.0.0.1:<port>`. */
  readonly address: string;
  readonly rootToken: string;
  /** Its plugin_directory. */
  readonly pluginFolder: string;
  /** For files of a test or a demo; removed with the server. */
  readonly folder: string;
  readonly pid: () => number;
  /** Runs the server's own command line as root. */
  cli(...args: readonly string[]): Promise<Finished>;
  /** Sends a request as root; `path` is below `/v1/`. */
  http(method: Method, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  seal(): Promise<void>;
  unseal(): Promise<void>;
  /** Stops the process, starts it again on the same storage and unseals it. */
  restart(): Promise<void>;
  /** Stops the process and removes its folder. */
  stop(): Promise<void>;
  /** What it has logged so far, its plugins' logs included. */
  log(): Promise<string>;
}

export interface StartServerOptions {
  readonly binary: ServerBinary;
  /** Added to the small environment that the server and so its plugins get. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default 'info' */
  readonly logLevel?: 'info' | 'debug' | 'trace';
  /** Added to its configuration, HCL. */
  readonly configuration?: string;
}

/** @throws {Error} with the end of its log, when the server does not come up */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { binary } = options;
  // The server refuses a plugin_directory behind a symbolic link, which the folder for temporary files is on macOS.
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'keymgmt-'));
  const [apiPort = 0, clusterPort = 0] = await freePorts(2);
  const place: ServerPlace = { folder, apiPort, clusterPort };
  const address = `http://127.0.0.1:${apiPort}`;
  const env = serverEnvironment(place, options.env ?? {});
  const start = (): ServerProcess =>
    startProcess(binary.path, ['server', `-config=${configFile(place)}`], { folder, log: logFile(place), env });
  const log = (): Promise<string> => readFile(logFile(place), 'utf8');

  // This process may be ended before it has stopped the server.
  const onExit = (): void => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once('exit', onExit);
  let server: ServerProcess | undefined;
  // Why the last question was not answered.
  let refusal: unknown;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
    process.removeListener('exit', onExit);
  };
  const ask = async (path: string): Promise<Answer | undefined> => {
    if (server?.running() !== true) throw new Error('the server ended');
    return sendRequest(address, undefined, { method: 'GET', path, seconds: 10 }).catch((error: unknown) => {
      refusal = error;
      return undefined;
    });
  };
  const listening = (): Promise<Answer> => waitUntil('the server listens', () => ask('sys/seal-status'));
  const active = (): Promise<boolean> =>
    waitUntil('the server is active', async () => (await ask('sys/health'))?.status === 200);

  try {
    for (const each of [pluginFolder(place), storageFolder(place), scratchFolder(place)]) await mkdir(each);
    const configuration = serverConfig(place, options.logLevel ?? 'info') + (options.configuration ?? '');
    await writeFile(configFile(place), configuration);
    server = start();
    await listening();
    const { unsealKey, rootToken } = await initialise(address);
    const http: RunningServer['http'] = (method, path, body, headers = {}) =>
      sendRequest(address, rootToken, { method, path, body, headers });
    const unseal = async (): Promise<void> => {
      await accepted(sendRequest(address, undefined, { method: 'PUT', path: 'sys/unseal', body: { key: unsealKey } }));
      await active();
    };
    await unseal();
    return {
      binary,
      address,
      rootToken,
      pluginFolder: pluginFolder(place),
      folder,
      pid: () => server?.pid ?? -1,
      cli: (...args) => runCommand(binary.path, args, { env: { ...env, ...clientEnvironment(address, rootToken) } }),
      http,
      seal: async () => {
        await accepted(http('PUT', 'sys/seal'));
      },
      unseal,
      async restart() {
        await server?.stop();
        server = start();
        await listening();
        await unseal();
      },
      stop,
      log,
    };
  } catch (error) {
    const end = await log().then(
      (text) => text.slice(-2000),
      () => '',
    );
    await stop();
    const asked = refusal === undefined ? '' : `; last refusal: ${inspect(refusal)}`;
    throw new Error(`${binary.path}: ${error instanceof Error ? error.message : String(error)}${asked}\n${end}`, {
      cause: error,
    });
  }
}

/** What makes a command line of either server talk to `address`. */
export function clientEnvironment(address: string, token: string): Readonly<Record<string, string>> {
  return { VAULT_ADDR: address, VAULT_TOKEN: token, BAO_ADDR: address, BAO_TOKEN: token };
}

// Not the caller's own environment: its cloud credentials and proxies would reach the plugin. PATH leads to the Node
// that runs this, so that the plugin runs on it as well.
function serverEnvironment(place: ServerPlace, extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: place.folder,
    TMPDIR: scratchFolder(place),
    ...extra,
  };
}

async function initialise(address: string): Promise<{ readonly unsealKey: string; readonly rootToken: string }> {
  const body = { secret_shares: 1, secret_threshold: 1 };
  const answer = await accepted(sendRequest(address, undefined, { method: 'PUT', path: 'sys/init', body }));
  const { keys, root_token: rootToken } = answer.body as { keys?: readonly string[]; root_token?: string };
  if (keys?.[0] === undefined || rootToken === undefined) throw new Error('the server answered sys/init without keys');
  return { unsealKey: keys[0], rootToken };
}

async function accepted(request: Promise<Answer>): Promise<Answer> {
  const answer = await request;
  if (answer.status >= 300) throw new Error(`the server answered ${answer.status}: ${answer.text}`);
  return answer;
}
