import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Address } from './handshake.ts';
import type { PluginProcess } from './plugin-process.ts';

/** `sun_path` of the kernel, less the closing zero. */
const MAX_SOCKET_PATH = { linux: 107, other: 103 } as const;

/** By the codes of the kernel. */
const FOLDER_PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such folder'],
  ['EACCES', "the plugin's user may not write there"],
  ['EROFS', 'the file system is read-only'],
]);

/**
 * Binds the server where the host can reach it: a unix socket, or a port of 127.0.0.1 on Windows.
 *
 * @throws {Error} when nothing can be bound; the text says what to change
 */
export function listen(server: Server, credentials: ServerCredentials, process: PluginProcess): Promise<Address> {
  return process.platform === 'win32'
    ? listenTcp(server, credentials, process)
    : listenUnix(server, credentials, process);
}

async function listenUnix(server: Server, credentials: ServerCredentials, process: PluginProcess): Promise<Address> {
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
  try {
    await bind(server, `unix:${path}`, credentials);
  } catch (error) {
    const variable = given ? 'PLUGIN_UNIX_SOCKET_DIR' : 'TMPDIR';
    throw new Error(
      `the plugin cannot make its socket in ${folder}: ${await problemOf(folder, error)}; set ${variable} in the ` +
        'environment of the server or of the registration to a folder that is there and that the plugin may write to',
      { cause: error },
    );
  }
  const group = process.env['PLUGIN_UNIX_SOCKET_GROUP'];
  if (group) process.shareWithGroup(path, group);
  return { network: 'unix', address: path };
}

// Of the bind alone one learns little: a folder that is missing is a refused permission to Node.
async function problemOf(folder: string, failure: unknown): Promise<string> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'it is not a folder';
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const problem = FOLDER_PROBLEMS.get((error as NodeJS.ErrnoException).code ?? '');
    if (problem !== undefined) return problem;
  }
  return failure instanceof Error ? failure.message : String(failure);
}

async function listenTcp(server: Server, credentials: ServerCredentials, process: PluginProcess): Promise<Address> {
  const first = Number(process.env['PLUGIN_MIN_PORT'] ?? 0);
  const last = Number(process.env['PLUGIN_MAX_PORT'] ?? first);
  for (let port = first; port <= last; port++) {
    try {
      return { network: 'tcp', address: `127.0.0.1:${await bind(server, `127.0.0.1:${port}`, credentials)}` };
    } catch (error) {
      if (port === last) throw new Error(`no port of 127.0.0.1 from ${first} to ${last} is free`, { cause: error });
    }
  }
  throw new Error(`PLUGIN_MIN_PORT ${first} to PLUGIN_MAX_PORT ${last} is not a range of ports`);
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}
