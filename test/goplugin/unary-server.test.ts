import {
  connect,
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { gzipSync } from 'node:zlib';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callRegistry } from '../../src/goplugin/call-registry.ts';
import { frameOf } from '../../src/goplugin/message-frame.ts';
import type { Service } from '../../src/goplugin/services.ts';
import { RpcError } from '../../src/goplugin/rpc-error.ts';
import { answerUnaryCalls } from '../../src/goplugin/unary-server.ts';
import { goPluginServices } from '../../src/goplugin/wire.ts';
import { systemClock } from '../../src/support/clock.ts';
import { silentLogger } from '../../src/support/logger.ts';

const { health } = goPluginServices();
const PATH = health.Check.path;
const HEADERS = { ':method': 'POST', te: 'trailers', 'content-type': 'application/grpc' };

interface Running {
  readonly session: ClientHttp2Session;
  /** What became of the handlers, in the order of the calls. */
  readonly ended: string[];
  stop(): void;
}

/** A server with one service, whose handler does what the name in the request says. */
async function start(how: 'grpc-js' | 'ours'): Promise<Running> {
  const ended: string[] = [];
  const calls = callRegistry(silentLogger);
  const Check = calls.unary(async ({ service }: { service: string }, { signal }) => {
    if (service === 'fail') throw new RpcError(status.NOT_FOUND, 'no such thing: 100 % of "ü"');
    if (service === 'fault') throw new Error('a mistake');
    if (service === 'unencodable') return { status: Symbol('x') as unknown as 'SERVING' };
    if (service === 'wait') {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
      ended.push(String(signal.reason));
    }
    return { status: service === 'large' ? 'NOT_SERVING' : 'SERVING' };
  });
  const services: Service[] = [{ definition: health, handlers: { Check, Watch: () => undefined } }];
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  for (const { definition, handlers } of services) server.addService(definition, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  if (how === 'ours') answerUnaryCalls(server, services, systemClock);
  const session = connect(`http://127.0.0.1:${port}`);
  return {
    session,
    ended,
    stop() {
      session.destroy();
      server.forceShutdown();
    },
  };
}

interface Answer {
  readonly http: number | undefined;
  readonly status: string | undefined;
  readonly text: string | undefined;
  readonly body: string;
}

function send(
  { session }: Running,
  chunks: readonly Buffer[],
  headers: OutgoingHttpHeaders = {},
  cancelWhen?: Promise<void>,
): Promise<Answer> {
  return new Promise((resolve) => {
    const stream = session.request({ ...HEADERS, ':path': PATH, ...headers });
    const body: Buffer[] = [];
    let answer: IncomingHttpHeaders = {};
    let http: number | undefined;
    stream.on('response', (got) => {
      http = got[':status'];
      answer = got;
    });
    stream.on('trailers', (got: IncomingHttpHeaders) => {
      answer = got;
    });
    stream.on('data', (chunk: Buffer) => body.push(chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      resolve({
        http,
        status: answer['grpc-status'] as string | undefined,
        text: answer['grpc-message'] as string | undefined,
        body: Buffer.concat(body).toString('hex'),
      });
    });
    for (const chunk of chunks) stream.write(chunk);
    if (cancelWhen === undefined) {
      stream.end();
      return;
    }
    // Its message is complete: the handler is at work.
    stream.end();
    void cancelWhen.then(() => {
      stream.close(constants.NGHTTP2_CANCEL);
    });
  });
}

const message = (service: string): Buffer => frameOf(health.Check.requestSerialize({ service }));
const compressed = (service: string): Buffer => {
  const bytes = gzipSync(health.Check.requestSerialize({ service }));
  const frame = frameOf(bytes);
  frame.writeUInt8(1, 0);
  return frame;
};
const flagged = (): Buffer => {
  const frame = message('');
  frame.writeUInt8(7, 0);
  return frame;
};

describe('a unary call is answered as grpc-js answers it', () => {
  let theirs: Running;
  let ours: Running;
  beforeAll(async () => {
    [theirs, ours] = await Promise.all([start('grpc-js'), start('ours')]);
  });
  afterAll(() => {
    theirs.stop();
    ours.stop();
  });

  const CASES: Readonly<Record<string, readonly [readonly Buffer[], OutgoingHttpHeaders?]>> = {
    'a message': [[message('')]],
    'another answer': [[message('large')]],
    'a message in single bytes': [[...message('large')].map((byte) => Buffer.of(byte))],
    'a long message': [[message('x'.repeat(300_000))]],
    'a status': [[message('fail')]],
    'a mistake of the handler': [[message('fault')]],
    'an answer that cannot be encoded': [[message('unencodable')]],
    'a compressed message': [[compressed('large')], { 'grpc-encoding': 'gzip' }],
    'an unknown encoding': [[compressed('')], { 'grpc-encoding': 'snappy' }],
    'an encoding that is not used': [[message('')], { 'grpc-encoding': 'gzip' }],
    'a message that is none': [[frameOf(Buffer.from('ffff', 'hex'))]],
    'an unknown method': [[message('')], { ':path': '/grpc.health.v1.Health/Other' }],
    'another content type': [[message('')], { 'content-type': 'text/plain' }],
    'a content type with a suffix': [[message('')], { 'content-type': 'application/grpc+proto' }],
    'a timeout': [[message('')], { 'grpc-timeout': '20S' }],
    'a timeout that is none': [[message('')], { 'grpc-timeout': 'soon' }],
    'a timeout that passes': [[message('wait')], { 'grpc-timeout': '30m' }],
    'no message': [[]],
    'two messages': [[Buffer.concat([message(''), message('')])]],
  };
  /** Texts of our own, and a code where grpc-js takes for granted what a message says. */
  const OWN_TEXT = new Set([
    'a message that is none',
    'an answer that cannot be encoded',
    'no message',
    'two messages',
  ]);

  it.each(Object.entries(CASES))('%s', async (name, [chunks, headers]) => {
    const [expected, got] = await Promise.all([send(theirs, chunks, headers), send(ours, chunks, headers)]);
    if (OWN_TEXT.has(name)) expect({ ...got, text: '' }).toEqual({ ...expected, text: '' });
    else expect(got).toEqual(expected);
  });

  it('refuses a message with flags that are not known', async () => {
    expect(await send(ours, [flagged()])).toMatchObject({ http: 200, status: String(status.INTERNAL) });
  });

  it('aborts the handler of a call that the caller cancels, and of one whose deadline passes', async () => {
    for (const running of [theirs, ours]) {
      running.ended.length = 0;
      let cancel: () => void = () => undefined;
      const cancelled = new Promise<void>((resolve) => (cancel = resolve));
      const call = send(running, [message('wait')], {}, cancelled);
      const other = send(running, [message('wait')], { 'grpc-timeout': '1m' });
      expect(await other).toMatchObject({ status: String(status.DEADLINE_EXCEEDED) });
      cancel();
      await call;
      await expect.poll(() => running.ended.length).toBeGreaterThan(0);
    }
    expect(ours.ended[0]).toEqual(theirs.ended[0]);
  });
});
