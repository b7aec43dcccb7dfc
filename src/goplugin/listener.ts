import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Address } from './handshake.ts';
import type { PluginProcess } from './plugin-process.ts';

/** `sun_path` of the kernel, less the closing zero. */
const MAX_SOCKET_PATH = { linux: 107, other: 103 } as const;

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
  const folder = process.env['PLUGIN_UNIX_SOCKET_DIR'] || process.temporaryDirectory;
  const path = join(folder, `plugin${randomBytes(6).toString('hex')}`);
  const limit = process.platform === 'linux' ? MAX_SOCKET_PATH.linux : MAX_SOCKET_PATH.other;
  if (Buffer.byteLength(path) > limit) {
    throw new Error(`the socket path ${path} is longer than ${limit} bytes; set TMPDIR to a shorter folder`);
  }
  // The handshake has no way to quote.
  if (/[|\p{Cc}]/u.test(path)) {
    throw new Error(`the socket path ${JSON.stringify(path)} cannot be told to the host; set TMPDIR to another folder`);
  }
  await bind(server, `unix:${path}`, credentials);
  const group = process.env['PLUGIN_UNIX_SOCKET_GROUP'];
  if (group) process.shareWithGroup(path, group);
  return { network: 'unix', address: path };
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
