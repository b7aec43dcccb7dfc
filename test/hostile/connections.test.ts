import { once, setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Client, credentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEEPALIVE } from '../../src/goplugin/keepalive.ts';
import { builtPlugin, skippedForExecutable, type BundledPlugin } from '../support/host/bundle.ts';
import { autoMtlsIdentity } from '../support/host/identity.ts';
import { attack, metadataOf } from './attack.ts';
import {
  callWith,
  CONTINUATION,
  DATA,
  EMPTY_SETTINGS,
  frame,
  HEADERS,
  HELLO,
  PING,
  PREFACE,
  SETTINGS,
  WINDOW_UPDATE,
} from './http2-frames.ts';
import { startVictim, type Victim } from './victim.ts';

/** Loaded into the plugin's process: the minutes of its keepalive pass a hundred times as fast. */
const HURRY = `
  const { setTimeout } = globalThis;
  const slow = ${JSON.stringify(Object.values(KEEPALIVE))};
  globalThis.setTimeout = (listener, ms, ...rest) => setTimeout(listener, slow.includes(ms) ? ms / 100 : ms, ...rest);
`;

const noHurry = skippedForExecutable('takes no --require, to hurry its keepalive');

let folder: string;
let plugin: BundledPlugin;
let plain: Victim;
let secured: Victim;
beforeAll(async () => {
  plugin = await builtPlugin();
  folder = await mkdtemp(join(tmpdir(), 'connections-'));
  const hurry = join(folder, 'hurry.cjs');
  await writeFile(hurry, HURRY);
  const inHurry =
    noHurry === ''
      ? { command: process.execPath, args: ['--require', hurry, plugin.path] }
      : { command: plugin.path, args: [] };
  plain = await startVictim(inHurry);
  secured = await startVictim({ ...inHurry, mode: 'automtls' });
});
afterAll(async () => {
  await plain.host.close();
  await secured.host.close();
  await plugin.remove();
  await rm(folder, { recursive: true, force: true });
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

const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve));

describe('a connection', () => {
  it.each<[string, Buffer]>([
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a TLS greeting cut off', Buffer.from('16030100a5010000a10303', 'hex')],
    ['a TLS alert', Buffer.from('15030300020228', 'hex')],
    ['zeros', Buffer.alloc(100_000)],
    ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['the preface alone', PREFACE],
    ['the preface in part', PREFACE.subarray(0, 10)],
    ['a frame of no kind', Buffer.concat([HELLO, frame(0xee, 0xff, 7, Buffer.alloc(50))])],
    [
      'headers without end',
      Buffer.concat([
        HELLO,
        frame(HEADERS, 0, 1, Buffer.of(0x82)),
        ...Array.from({ length: 2_000 }, () => frame(CONTINUATION, 0, 1, Buffer.of(0x82))),
      ]),
    ],
    ['a window that overflows', Buffer.concat([HELLO, frame(WINDOW_UPDATE, 0, 0, Buffer.from('7fffffff', 'hex'))])],
    ['a thousand settings', Buffer.concat([PREFACE, ...Array.from({ length: 1_000 }, () => EMPTY_SETTINGS)])],
    [
      'a thousand pings',
      Buffer.concat([HELLO, ...Array.from({ length: 1_000 }, () => frame(PING, 0, 0, Buffer.alloc(8)))]),
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

/** After these the other end has to close the connection, which Node leaves to us. */
const BREACHES: readonly (readonly [string, Buffer])[] = [
  ['headers that are none', frame(HEADERS, 5, 1, Buffer.alloc(300, 0xff))],
  ['data of no stream', frame(DATA, 0, 99, Buffer.alloc(10))],
  ['a frame larger than allowed', frame(SETTINGS, 0, 0, Buffer.alloc(17_000))],
  ['a frame larger than it says', frame(SETTINGS, 0, 0, Buffer.alloc(16_000)).subarray(0, 5_000)],
  ['70 kB of metadata', callWith('multiplex_id', 'x'.repeat(70_000))],
  ['1 MB of metadata', callWith('multiplex_id', 'x'.repeat(1_000_000))],
  ['10 MB of metadata', callWith('multiplex_id', 'x'.repeat(10_000_000))],
];

// At once, since each waits for the plugin's keepalive.
describe.skipIf(noHurry !== '').concurrent(`a connection that breaks HTTP/2${noHurry}`, () => {
  it.each(BREACHES)('by %s is closed, and the others live on', async (_title, bytes) => {
    const socket = await send(plain, Buffer.concat([HELLO, bytes]));
    await plain.stands();
    await closed(socket);
    await plain.stands();
  });

  it('by metadata of 1 MB is opened again by its client', async () => {
    const client = new Client(`unix:${socketPath(plain)}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    const { path } = plain.host.wire.backend.Type;
    const metadata = metadataOf({ multiplex_id: 'x'.repeat(1_000_000) });
    expect((await attack(client, path, Buffer.alloc(0), { metadata })).status).not.toBe(status.OK);
    expect(await attack(client, path, Buffer.alloc(0))).toMatchObject({ status: status.OK });
    client.close();
    await plain.stands();
  });
});

it.skipIf(noHurry !== '')(
  `a connection that breaks HTTP/2 is let go also when its client has gone before${noHurry}`,
  async () => {
    const sockets = plain.sockets();
    for (const [, bytes] of BREACHES) {
      const socket = await send(plain, Buffer.concat([HELLO, bytes]));
      await once(socket, 'data');
      socket.destroy();
    }
    await plain.stands();
    await plain.holdsAtMost(sockets);
  },
);

describe('a connection under AutoMTLS', () => {
  it.each<[string, object]>([
    ['no certificate', {}],
    ['the certificate of somebody else', (({ key, certificate: cert }) => ({ key, cert }))(autoMtlsIdentity())],
  ])('with %s is turned away', async (_title, identity) => {
    const sockets = secured.sockets();
    const path = socketPath(secured);
    const socket = connectTls({ ...identity, path, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    let received = 0;
    socket.on('data', (chunk: Buffer) => (received += chunk.length)).on('error', () => undefined);
    socket.write(HELLO);
    await closed(socket);
    // A server that lets its client in says so at once, by its settings.
    expect(received).toBe(0);
    await secured.stands();
    await secured.holdsAtMost(sockets);
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

  it.each([
    ['one value of 60,000 bytes', { multiplex_id: 'x'.repeat(60_000) }],
    [
      'twenty values of 4,000 bytes',
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x${i}`, 'x'.repeat(4_000)])),
    ],
  ])('with metadata of %s is answered, and so is the next', async (_title, metadata) => {
    const session = connectHttp2('http://unused', {
      createConnection: () => connect(socketPath(plain)),
      maxSendHeaderBlockLength: 1_000_000,
    });
    const head = { ':method': 'POST', ':path': plain.host.wire.health.Check.path, 'content-type': 'application/grpc' };
    for (const added of [metadata, {}]) {
      const stream = session.request({ ...head, te: 'trailers', ...added });
      stream.resume().end(Buffer.alloc(5));
      const [trailers] = (await once(stream, 'trailers')) as [IncomingHttpHeaders];
      expect(trailers['grpc-status']).toBe('0');
    }
    session.destroy();
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
    setMaxListeners(0, leaving.signal);
    const left = Array.from({ length: 1_000 }, () =>
      attack(plain.host.client, path, bytes, { metadata, signal: leaving.signal }),
    );
    leaving.abort();
    await Promise.all(left);
    await plain.stands();
  });
});
