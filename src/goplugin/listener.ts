import { randomBytes } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { createServer, type ListenOptions, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Address } from './handshake.ts';
import type { PluginProcess } from './plugin-process.ts';

/** Where the host connects. */
export interface Listener {
  readonly address: Address;
  /** Hands over each connection, and first those that have come before, with what they have received. Called once. */
  handOver(take: (connection: Socket) => void): void;
  /** Takes no more connections, and drops those that have not been handed over. */
  close(): void;
}

/** `sun_path` of the kernel, less the closing zero. */
const MAX_SOCKET_PATH = { linux: 107, other: 103 } as const;

/** By the codes of the kernel. */
const FOLDER_PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such folder'],
  ['EACCES', "the plugin's user may not write there"],
  ['EROFS', 'the file system is read-only'],
]);

/**
 * Listens where the host can reach it: at a unix socket, or a port of 127.0.0.1 on Windows. It is a bare socket, as the
 * server that speaks HTTP/2 is loaded when the host has been told where to connect.
 *
 * @throws {Error} when nothing can be bound; the text says what to change
 */
export function listen(process: PluginProcess): Promise<Listener> {
  return process.platform === 'win32' ? listenTcp(process) : listenUnix(process);
}

async function listenUnix(process: PluginProcess): Promise<Listener> {
  const given = process.env['PLUGIN_UNIX_SOCKET_DIR'];
  const folder = given || process.temporaryDirectory;
  const path = join(folder, `plugin${randomBytes(6).toString('hex')}`);
  const limit = process.platform === 'linux' ? MAX_SOCKET_PATH.linux : MAX_SOCKET_PATH.other;
  if (Buffer.byteLength(path) > limit) {
    throw new Error(`the socket path ${path} is longer than ${limit} bytes; set TMPDIR to a shorter folder`);
  }
  // The handshake has no way to quote.
  if (/[|\p{Cc}]/u.test(path)) {
    throw new Error(`the socket path ${JSON.stringify(path)} cannot be told to the host; set TMPDIR to another folder`);
  }
  let socket: Bound;
  try {
    socket = await bind({ path });
  } catch (error) {
    const variable = given ? 'PLUGIN_UNIX_SOCKET_DIR' : 'TMPDIR';
    throw new Error(
      `the plugin cannot make its socket in ${folder}: ${problemOf(folder, error)}; set ${variable} in the ` +
        'environment of the server or of the registration to a folder that is there and that the plugin may write to',
      { cause: error },
    );
  }
  const group = process.env['PLUGIN_UNIX_SOCKET_GROUP'];
  if (group) {
    try {
      process.shareWithGroup(path, group);
    } catch (error) {
      socket.close();
      throw error;
    }
  }
  return { ...socket, address: { network: 'unix', address: path } };
}

// Of the bind alone one learns little: a folder that is missing is a refused permission to Node.
function problemOf(folder: string, failure: unknown): string {
  try {
    if (!statSync(folder).isDirectory()) return 'it is not a folder';
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const problem = FOLDER_PROBLEMS.get((error as NodeJS.ErrnoException).code ?? '');
    if (problem !== undefined) return problem;
  }
  return failure instanceof Error ? failure.message : String(failure);
}

async function listenTcp(process: PluginProcess): Promise<Listener> {
  const first = Number(process.env['PLUGIN_MIN_PORT'] ?? 0);
  const last = Number(process.env['PLUGIN_MAX_PORT'] ?? first);
  for (let port = first; port <= last; port++) {
    try {
      const socket = await bind({ host: '127.0.0.1', port });
      return { ...socket, address: { network: 'tcp', address: `127.0.0.1:${socket.port}` } };
    } catch (error) {
      if (port === last) throw new Error(`no port of 127.0.0.1 from ${first} to ${last} is free`, { cause: error });
    }
  }
  throw new Error(`PLUGIN_MIN_PORT ${first} to PLUGIN_MAX_PORT ${last} is not a range of ports`);
}

interface Bound extends Omit<Listener, 'address'> {
  /** Undefined of a unix socket. */
  readonly port: number | undefined;
}

function bind(where: ListenOptions): Promise<Bound> {
  let waiting: Socket[] = [];
  let take = (connection: Socket): void => {
    // One that fails now is found out when it is handed over.
    connection.on('error', () => undefined);
    waiting.push(connection);
  };
  const server = createServer((connection) => {
    take(connection);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      const address = server.address();
      resolve({
        port: typeof address === 'object' ? address?.port : undefined,
        handOver(taker) {
          take = taker;
          waiting.forEach(taker);
          waiting = [];
        },
        close() {
          server.close();
          for (const connection of waiting) connection.destroy();
          waiting = [];
        },
      });
    });
  });
}
