import { mkdtemp, rm } from 'node:fs/promises';
import { constants, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, Server, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostConnection, UNLIMITED_MESSAGES, type HostConnection } from '../../src/goplugin/host-connection.ts';
import { serverCredentials } from '../../src/goplugin/grpc-server.ts';
import type { MutualTls } from '../../src/goplugin/transport-security.ts';
import { selfSignedCertificate } from '../../src/goplugin/certificate.ts';
import { systemClock } from '../../src/support/clock.ts';
import { vaultServices } from '../../src/vault/wire.ts';

const { Get } = vaultServices().storage;

let folder: string;
let path: string;
const ending: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-'));
  path = join(folder, 'socket');
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
  await rm(folder, { recursive: true, force: true });
});

function connection(security?: MutualTls): HostConnection {
  const made = hostConnection({ network: 'unix', address: path }, security);
  ending.push(() => {
    made.close();
  });
  return made;
}

type Answer = (call: ServerUnaryCall<{ key: string }, unknown>, answer: sendUnaryData<unknown>) => void;

/** A server of grpc-js, which tells what its own client would have got. */
async function grpcServer(answer: Answer, security?: MutualTls): Promise<Server> {
  const server = new Server(UNLIMITED_MESSAGES);
  server.addService({ Get }, { Get: answer });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${path}`, serverCredentials(security), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
  ending.push(() => {
    server.forceShutdown();
  });
  return server;
}

const echo: Answer = ({ request }, answer) => {
  answer(null, { entry: { key: request.key, value: Buffer.from('v'), seal_wrap: false }, err: '' });
};

describe('a call to a gRPC server', () => {
  it.each([
    ['in plaintext', false],
    ['over mutual TLS', true],
  ])('is answered %s', async (_title, isTls) => {
    const [own, host] = [selfSignedCertificate(systemClock), selfSignedCertificate(systemClock)];
    const of = (mine: typeof own, other: typeof own): MutualTls | undefined =>
      isTls
        ? { key: mine.key, certificate: mine.certificate, trusted: other.certificate, serverName: 'localhost' }
        : undefined;
    await grpcServer(echo, of(host, own));
    const { entry } = await connection(of(own, host)).call(Get, { key: 'a/b' });
    expect(entry).toMatchObject({ key: 'a/b', value: Buffer.from('v') });
    if (!isTls) return;
    const stranger = selfSignedCertificate(systemClock);
    await expect(connection(of(own, stranger)).call(Get, { key: 'a' })).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
    await expect(connection(of(stranger, host)).call(Get, { key: 'a' })).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
  });

  it('carries metadata, and the deadline', async () => {
    const seen: unknown[] = [];
    await grpcServer((call, answer) => {
      seen.push(call.metadata.get('snapshot_id'), Number(call.getDeadline()) - Date.now());
      echo(call, answer);
    });
    const metadata = new Metadata();
    metadata.set('snapshot_id', 's1');
    await connection().call(Get, { key: 'a' }, { metadata });
    expect(seen).toEqual([['s1'], expect.closeTo(90_000, -4)]);
  });

  it.each([0, 1, 70_000, 9_000_000])('takes a value of %i bytes', async (size) => {
    const value = Buffer.alloc(size, 'x');
    await grpcServer((_call, answer) => {
      answer(null, { entry: { key: 'k', value, seal_wrap: true }, err: '' });
    });
    const { entry } = await connection().call(Get, { key: 'k'.repeat(size) });
    expect(entry?.value.equals(value)).toBe(true);
  });

  it('fails with the status and the text of the server', async () => {
    const details = 'no 100 % – “quoted”, \n and %41';
    await grpcServer((_call, answer) => {
      answer({ code: status.FAILED_PRECONDITION, details });
    });
    await expect(connection().call(Get, { key: 'a' })).rejects.toMatchObject({
      name: 'RpcError',
      code: status.FAILED_PRECONDITION,
      message: details,
    });
  });

  it('for a method that the server does not have is unimplemented', async () => {
    await grpcServer(echo);
    const call = connection().call({ ...Get, path: '/pb.Storage/None' }, { key: 'a' });
    await expect(call).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  });

  it('many at a time get each its own answer', async () => {
    await grpcServer(echo);
    const host = connection();
    const keys = Array.from({ length: 500 }, (_, index) => `key/${index}`);
    const answers = await Promise.all(keys.map((key) => host.call(Get, { key })));
    expect(answers.map(({ entry }) => entry?.key)).toEqual(keys);
  });

  it('ends when its signal aborts, and the server hears of it', async () => {
    const cancelled = new Promise((resolve) => {
      void grpcServer((call) => {
        call.once('cancelled', resolve);
        controller.abort(new Error('gone'));
      });
    });
    const controller = new AbortController();
    await expect.poll(() => ending.length).toBe(1);
    await expect(connection().call(Get, { key: 'a' }, { signal: controller.signal })).rejects.toThrow('gone');
    await cancelled;
    await expect(connection().call(Get, { key: 'a' }, { signal: controller.signal })).rejects.toThrow('gone');
  });

  it('after the server has gone fails, and reaches the next server', async () => {
    const first = await grpcServer(echo);
    const host = connection();
    await host.call(Get, { key: 'a' });
    first.forceShutdown();
    await expect
      .poll(() => host.call(Get, { key: 'a' }).catch((error: unknown) => error))
      .toMatchObject({
        code: status.UNAVAILABLE,
      });
    await rm(path, { force: true });
    await grpcServer(echo);
    await expect.poll(async () => (await host.call(Get, { key: 'b' })).entry?.key).toBe('b');
  });

  it('fails where nobody listens, and on a connection that was closed', async () => {
    const host = connection();
    await expect(host.call(Get, { key: 'a' })).rejects.toMatchObject({ code: status.UNAVAILABLE });
    for (const [network, address] of [
      ['tcp', 'roof'],
      ['tcp', '127.0.0.1:99999999'],
      // A socket that fails at once, of which Node.js 24 says that it is connected.
      ['unix', '/tmp/a\0b'],
      ['unix', `/${'x'.repeat(5_000)}`],
    ] as const) {
      const astray = hostConnection({ network, address }, undefined);
      await expect(astray.call(Get, { key: 'a' })).rejects.toMatchObject({
        name: 'RpcError',
        code: status.UNAVAILABLE,
      });
    }
    host.close();
    await expect(host.call(Get, { key: 'a' })).rejects.toMatchObject({ code: status.CANCELLED });
  });
});

describe('an answer that is not of a gRPC server', () => {
  async function http2Server(answer: (stream: ServerHttp2Stream, server: Http2Server) => void): Promise<void> {
    const server = createServer();
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      answer(stream, server);
    });
    server.on('session', (session) => {
      ending.push(() => {
        session.destroy();
      });
    });
    server.listen(path);
    await once(server, 'listening');
    ending.push(() => {
      server.close();
    });
  }
  const respond =
    (body: Buffer | undefined, trailers?: Record<string, string>) =>
    (stream: ServerHttp2Stream): void => {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc' },
        { waitForTrailers: trailers !== undefined },
      );
      stream.on('wantTrailers', () => {
        stream.sendTrailers(trailers ?? {});
      });
      stream.end(body);
    };
  const message = Buffer.from(Get.requestSerialize({ key: 'a' }));
  const prefix = (flag: number, length: number): Buffer => {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt8(flag);
    bytes.writeUInt32BE(length, 1);
    return bytes;
  };
  const ok = { 'grpc-status': '0' };

  it.each<[string, (stream: ServerHttp2Stream) => void, status]>([
    ['without a message', respond(undefined, ok), status.INTERNAL],
    ['with half a prefix', respond(Buffer.alloc(3), ok), status.INTERNAL],
    ['with a message that is cut off', respond(prefix(0, 10), ok), status.INTERNAL],
    ['with two messages', respond(Buffer.concat([prefix(0, 0), prefix(0, 0)]), ok), status.INTERNAL],
    ['with a compressed message', respond(Buffer.concat([prefix(1, message.length), message]), ok), status.INTERNAL],
    [
      'with bytes that are no message',
      respond(Buffer.concat([prefix(0, 2), Buffer.from([0xff, 0xff])]), ok),
      status.INTERNAL,
    ],
    ['without a status', respond(prefix(0, 0)), status.UNAVAILABLE],
    ['with a status that is none', respond(undefined, { 'grpc-status': 'x' }), status.UNKNOWN],
    ['with a status of no number known', respond(undefined, { 'grpc-status': '99' }), status.UNKNOWN],
    [
      'with HTTP status 503',
      (stream) => {
        stream.respond({ ':status': 503 });
        stream.end('busy');
      },
      status.UNAVAILABLE,
    ],
    [
      'with HTTP status 418',
      (stream) => {
        stream.respond({ ':status': 418 });
        stream.end();
      },
      status.UNKNOWN,
    ],
    [
      'that is refused',
      (stream) => {
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
      },
      status.UNAVAILABLE,
    ],
    [
      'that is reset',
      (stream) => {
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      },
      status.INTERNAL,
    ],
    [
      'that is cancelled',
      (stream) => {
        stream.close(constants.NGHTTP2_CANCEL);
      },
      status.UNAVAILABLE,
    ],
    [
      'whose connection ends',
      (stream) => {
        stream.session?.destroy();
      },
      status.UNAVAILABLE,
    ],
  ])('%s is a failure', async (_title, answer, code) => {
    await http2Server(answer);
    await expect(connection().call(Get, { key: 'a' })).rejects.toMatchObject({ name: 'RpcError', code });
  });

  it('a status that cannot be decoded stands as it is', async () => {
    await http2Server(respond(undefined, { 'grpc-status': '5', 'grpc-message': '%zz' }));
    await expect(connection().call(Get, { key: 'a' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
      message: '%zz',
    });
  });

  it('a connection that says goodbye is left for another one, and its calls end', async () => {
    let sessions = 0;
    await http2Server((stream) => {
      sessions += 1;
      stream.session?.goaway(constants.NGHTTP2_NO_ERROR);
      respond(Buffer.concat([prefix(0, 0)]), ok)(stream);
    });
    const host = connection();
    await host.call(Get, { key: 'a' });
    await host.call(Get, { key: 'b' });
    expect(sessions).toBe(2);
  });
});
