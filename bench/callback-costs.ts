/**
 * `npm run bench:callbacks`: what one call back to a server costs this process in CPU time, by the plugin's own client
 * (grpc-js) and by the least that Node.js can do, a bare HTTP/2 stream with the same bytes. Plaintext; the server is a
 * process of its own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type ClientHttp2Session } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { hostConnection } from '../src/goplugin/host-connection.ts';
import { vaultServices } from '../src/vault/wire.ts';

const CALLS = 20_000;
const RECORD = Buffer.alloc(300, 'r');
const { storage } = vaultServices();
const [, , role, socket = ''] = process.argv;

if (role === 'serve') serve();
else await measure();

function serve(): void {
  const server = new Server();
  server.addService(
    { Get: storage.Get },
    {
      Get: (_call: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<unknown>) => {
        answer(null, { entry: { key: 'key/app', value: RECORD, seal_wrap: false }, err: '' });
      },
    },
  );
  server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), () => process.send?.('ready'));
}

async function measure(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'bench-'));
  const path = join(scratch, 'socket');
  const server = fork(fileURLToPath(import.meta.url), ['serve', path]);
  try {
    await once(server, 'message');
    const grpc = hostConnection({ network: 'unix', address: path }, undefined);
    const session = connect('http://localhost', { createConnection: () => connectSocket(path) });
    for (const clients of [1, 16]) {
      const own = await costs(clients, () => grpc.call(storage.Get, { key: 'key/app' }));
      const bare = await costs(clients, () => bareCall(session));
      process.stdout.write(
        `${clients} at a time: ${own.toFixed(0)} µs by the plugin's client, ${bare.toFixed(0)} µs by a bare stream\n`,
      );
    }
    grpc.close();
    session.close();
  } finally {
    server.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** CPU time of this process for one call, microseconds. */
async function costs(clients: number, call: () => Promise<unknown>): Promise<number> {
  const loop = async (calls: number): Promise<void> => {
    for (let done = 0; done < calls; done += 1) await call();
  };
  const all = (calls: number): Promise<unknown> =>
    Promise.all(Array.from({ length: clients }, () => loop(calls / clients)));
  await all(CALLS / 4);
  const before = process.cpuUsage();
  await all(CALLS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

function bareCall(session: ClientHttp2Session): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': storage.Get.path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      resolve(storage.Get.responseDeserialize(Buffer.concat(chunks).subarray(5)));
    });
    const message = storage.Get.requestSerialize({ key: 'key/app' });
    const frame = Buffer.alloc(5 + message.length);
    frame.writeUInt32BE(message.length, 1);
    message.copy(frame, 5);
    stream.end(frame);
  });
}
