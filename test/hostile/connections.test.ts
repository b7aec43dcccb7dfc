import { connect, type Socket } from 'node:net';
import { connect as connectHttp2, constants } from 'node:http2';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtPlugin, type BundledPlugin } from '../support/host/bundle.ts';
import { attack, metadataOf } from './attack.ts';
import { startVictim, type Victim } from './victim.ts';

let plugin: BundledPlugin;
let plain: Victim;
let secured: Victim;
beforeAll(async () => {
  plugin = await builtPlugin();
  plain = await startVictim({ command: plugin.path });
  secured = await startVictim({ command: plugin.path, mode: 'automtls' });
});
afterAll(async () => {
  await plain.host.close();
  await secured.host.close();
  await plugin.remove();
});

const socketPath = ({ host }: Victim): string => host.handshake[3] ?? '';

/** Sends bytes, and then nothing. @returns once the connection is there */
async function send(victim: Victim, bytes: Buffer): Promise<Socket> {
  const socket = connect(socketPath(victim));
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const frame = (type: number, flags: number, stream: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
};
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
const hello = Buffer.concat([PREFACE, SETTINGS]);

describe('a connection', () => {
  it.each<[string, Buffer]>([
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a TLS greeting cut off', Buffer.from('16030100a5010000a10303', 'hex')],
    ['a TLS alert', Buffer.from('15030300020228', 'hex')],
    ['zeros', Buffer.alloc(100_000)],
    ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['the preface alone', PREFACE],
    ['the preface in part', PREFACE.subarray(0, 10)],
    ['a frame of no kind', Buffer.concat([hello, frame(0xee, 0xff, 7, Buffer.alloc(50))])],
    [
      'headers without end',
      Buffer.concat([
        hello,
        frame(1, 0, 1, Buffer.from([0x82])),
        ...Array.from({ length: 2_000 }, () => frame(9, 0, 1, Buffer.from([0x82]))),
      ]),
    ],
    ['a window that overflows', Buffer.concat([hello, frame(8, 0, 0, Buffer.from('7fffffff', 'hex'))])],
    ['a thousand settings', Buffer.concat([PREFACE, ...Array.from({ length: 1_000 }, () => SETTINGS)])],
    [
      'a thousand pings',
      Buffer.concat([hello, ...Array.from({ length: 1_000 }, () => frame(6, 0, 0, Buffer.alloc(8)))]),
    ],
  ])('that brings %s harms nobody, in plaintext and under TLS', async (_title, bytes) => {
    for (const victim of [plain, secured]) {
      const sockets = victim.sockets();
      const open = await send(victim, bytes);
      await victim.stands();
      open.destroy();
      const half = await send(victim, bytes);
      half.end();
      await victim.stands();
      half.destroy();
      await victim.holdsAtMost(sockets);
    }
  });

  it('may be opened and left open five hundred times', async () => {
    for (const victim of [plain, secured]) {
      const sockets = victim.sockets();
      const left = await Promise.all(Array.from({ length: 500 }, () => send(victim, Buffer.from('P'))));
      await victim.stands();
      for (const socket of left) socket.destroy();
      await victim.holdsAtMost(sockets);
    }
  });
});

describe('a call', () => {
  const encodings: readonly (readonly [string, Buffer, Readonly<Record<string, string>>])[] = [
    ['is compressed by an unknown method', Buffer.from([1, 0, 0, 0, 1, 0]), { 'grpc-encoding': 'x' }],
    ['is no gzip', Buffer.from([1, 0, 0, 0, 1, 0]), { 'grpc-encoding': 'gzip' }],
    ['is said to be compressed', Buffer.from([1, 0, 0, 0, 1, 0]), {}],
    ['is longer than it is', Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 0]), {}],
    ['is two messages', Buffer.alloc(10), {}],
    ['is none', Buffer.alloc(0), {}],
    ['is a part of a head', Buffer.alloc(3), {}],
    ['has no time', Buffer.alloc(5), { 'grpc-timeout': '0n' }],
    ['has a time that is none', Buffer.alloc(5), { 'grpc-timeout': 'soon' }],
    ['has all the time', Buffer.alloc(5), { 'grpc-timeout': '99999999H' }],
    ['has another kind of content', Buffer.alloc(5), { 'content-type': 'text/html' }],
  ];

  it.each(encodings)('whose message %s is ended', async (_title, body, headers) => {
    for (const method of [
      '/pb.Backend/HandleRequest',
      '/plugin.GRPCBroker/StartStream',
      '/grpc.health.v1.Health/Watch',
    ]) {
      const session = connectHttp2('http://unused', { createConnection: () => connect(socketPath(plain)) });
      session.on('error', () => undefined);
      const head = { ':method': 'POST', ':path': method, 'content-type': 'application/grpc', te: 'trailers' };
      const stream = session.request({ ...head, ...headers });
      stream.on('error', () => undefined).resume();
      stream.end(body);
      // A watch of the health has no end of its own.
      await Promise.race([once(stream, 'response'), once(stream, 'close')]);
      await plain.stands();
      session.destroy();
    }
  });

  it.each([
    '/pb.Backend/Nothing',
    '/nothing.Nothing/Nothing',
    '/',
    '',
    '/__proto__/constructor',
    '/pb.Storage/Get',
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  ])('of %j is unknown', async (path) => {
    expect((await attack(plain.host.client, path, Buffer.alloc(0))).status).not.toBe(0);
    await plain.stands();
  });

  it('may be begun and reset ten thousand times', async () => {
    const session = connectHttp2('http://unused', { createConnection: () => connect(socketPath(plain)) });
    session.on('error', () => undefined);
    await once(session, 'connect');
    for (let batch = 0; batch < 100 && !session.destroyed; batch++) {
      for (let i = 0; i < 100; i++) {
        const head = { ':method': 'POST', ':path': '/pb.Backend/HandleRequest', 'content-type': 'application/grpc' };
        const stream = session.request({ ...head, te: 'trailers' });
        stream.on('error', () => undefined);
        stream.end(Buffer.alloc(5));
        stream.close(constants.NGHTTP2_CANCEL);
      }
      await plain.stands();
    }
    session.destroy();
    await plain.stands();
  });

  it('may be left by its client a thousand times at once', async () => {
    const metadata = metadataOf({ multiplex_id: plain.mount.multiplexId ?? '' });
    const { path, requestSerialize } = plain.host.wire.backend.HandleRequest;
    const bytes = requestSerialize({ request: { operation: 'list', path: 'key/', data: 'null' } });
    const leaving = new AbortController();
    const left = Array.from({ length: 1_000 }, () =>
      attack(plain.host.client, path, bytes, { metadata, signal: leaving.signal }),
    );
    leaving.abort();
    await Promise.all(left);
    await plain.stands();
  });
});
