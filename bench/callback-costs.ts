/**
 * `npm run bench:callbacks`: what one call back to a server costs this process in CPU time, by the plugin's own client, by the
 * least that Node.js can do over HTTP/2, a bare stream with the same bytes, and by the bytes alone, which shows what HTTP/2
 * costs. Plaintext; the server is a process of its own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type ClientHttp2Session } from 'node:http2';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { hostConnection } from '../src/goplugin/host-connection.ts';
import { vaultServices } from '../src/vault/wire.ts';

const CALLS = 20_000;
const RECORD = Buffer.alloc(300, 'r');
/** What a call and its answer take on the wire, with the headers that HTTP/2 has compressed. */
const CALL_BYTES = 60;
const ANSWER_BYTES = 360;
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
  server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), () => {
    createServer(answerBytes).listen(`${socket}-bytes`, () => process.send?.('ready'));
  });
}

function answerBytes(connection: Socket): void {
  let unread = 0;
  connection.on('data', (chunk: Buffer) => {
    unread += chunk.length;
    const calls = Math.floor(unread / CALL_BYTES);
    unread -= calls * CALL_BYTES;
    if (calls > 0) connection.write(Buffer.alloc(calls * ANSWER_BYTES));
  });
}

async function measure(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'bench-'));
  const path = join(scratch, 'socket');
  const server = fork(fileURLToPath(import.meta.url), ['serve', path]);
  try {
    await once(server, 'message');
    const grpc = hostConnection({ network: 'unix', address: path }, undefined);
    const session = connect('http://localhost', { createConnection: () => connectSocket(path) });
    const bytes = connectSocket(`${path}-bytes`);
    const sendBytes = bytesCalls(bytes);
    for (const clients of [1, 16]) {
      const own = await costs(clients, () => grpc.call(storage.Get, { key: 'key/app' }));
      const bare = await costs(clients, () => bareCall(session));
      const least = await costs(clients, sendBytes);
      process.stdout.write(
        `${clients} at a time: ${own.toFixed(0)} µs by the plugin's client, ${bare.toFixed(0)} µs by a bare stream, ` +
          `${least.toFixed(0)} µs for the bytes\n`,
      );
    }
    bytes.destroy();
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

/** Sends what is called in one turn of the event loop with one write, as HTTP/2 does. */
function bytesCalls(connection: Socket): () => Promise<unknown> {
  const waiting: (() => void)[] = [];
  let unread = 0;
  let unsent = 0;
  connection.on('data', (chunk: Buffer) => {
    unread += chunk.length;
    for (; unread >= ANSWER_BYTES; unread -= ANSWER_BYTES) waiting.shift()?.();
  });
  return () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      unsent += 1;
      if (unsent > 1) return;
      setImmediate(() => {
        connection.write(Buffer.alloc(unsent * CALL_BYTES));
        unsent = 0;
      });
    });
}
