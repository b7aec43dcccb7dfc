import type { IncomingHttpHeaders, Http2Server, ServerHttp2Stream } from 'node:http2';
import {
  status,
  Metadata,
  type handleUnaryCall,
  type MethodDefinition,
  type sendUnaryData,
  type Server,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import type { WallClock } from '../support/clock.ts';
import { frameOf, messageIn, PREFIX_BYTES } from './message-frame.ts';
import type { Service } from './services.ts';

type Method = MethodDefinition<unknown, unknown> & { readonly handle: handleUnaryCall<unknown, unknown> };

/**
 * Answers the unary calls of a server of grpc-js by the HTTP/2 server beneath it (gRPC: PROTOCOL-HTTP2.md), through the
 * same handlers. Every request of a client is one such call, and grpc-js's own path to the handler, through interceptors,
 * queues and a stream decoder, takes about as much processor time as everything else together.
 *
 * To grpc-js are left connections, streaming methods, and what seldom or never comes: a compressed request, a timeout that
 * is none, an unknown method.
 *
 * @param server - bound to its address, or with an injector of connections
 */
export function answerUnaryCalls(server: Server, services: readonly Service[], clock: WallClock): void {
  const methods = new Map<string, Method>();
  for (const { definition, handlers } of services) {
    for (const [name, method] of Object.entries(definition)) {
      if (method.requestStream || method.responseStream) continue;
      methods.set(method.path, { ...method, handle: handlers[name] as handleUnaryCall<unknown, unknown> });
    }
  }
  // grpc-js has no option for it, as for the settings in rapid-resets.ts.
  const { http2Servers } = server as unknown as { readonly http2Servers: ReadonlyMap<Http2Server, unknown> };
  for (const http2Server of http2Servers.keys()) {
    const others = http2Server.listeners('stream') as ((...args: readonly unknown[]) => void)[];
    http2Server.removeAllListeners('stream');
    http2Server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: readonly unknown[]) => {
      const method = methods.get(headers[':path'] ?? '');
      const timeout = timeoutOf(headers['grpc-timeout']);
      if (method && timeout !== undefined && isPlain(headers)) {
        answerCall({ stream, headers, timeout, deadline: clock.now() + timeout }, method);
      } else {
        for (const other of others) other(stream, headers, ...rest);
      }
    });
  }
}

function isPlain(headers: IncomingHttpHeaders): boolean {
  const encoding = headers['grpc-encoding'];
  return (
    headers['content-type']?.startsWith('application/grpc') === true &&
    (encoding === undefined || encoding === 'identity')
  );
}

interface Incoming {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds; infinity without one. */
  readonly timeout: number;
  /** Milliseconds since the Unix epoch. */
  readonly deadline: number;
}

function answerCall({ stream, headers, timeout, deadline }: Incoming, method: Method): void {
  let onCancelled: (() => void) | undefined;
  let isAnswered = false;
  const received: Buffer[] = [];
  let size = 0;

  const end = (error: Parameters<sendUnaryData<unknown>>[0], reply?: unknown): void => {
    if (isAnswered) return;
    isAnswered = true;
    clearTimeout(timer);
    if (stream.closed || stream.destroyed) return;
    if (error) sendStatus(stream, error.code ?? status.UNKNOWN, error.details ?? '');
    else sendReply(stream, method, reply);
  };
  const cancel = (): void => {
    if (isAnswered) return;
    onCancelled?.();
    end({ code: status.DEADLINE_EXCEEDED, details: 'Deadline exceeded' });
  };
  const timer = Number.isFinite(timeout) ? setTimeout(cancel, Math.min(timeout, LONGEST_TIMER_MS)) : undefined;

  // A stream that fails closes, too.
  stream.on('error', () => undefined);
  stream.once('close', cancel);
  stream.on('data', (chunk: Buffer) => {
    if (isAnswered) return;
    received.push(chunk);
    size += chunk.length;
    const [first] = received;
    if (first && first.length >= PREFIX_BYTES && size > PREFIX_BYTES + first.readUInt32BE(1)) {
      end({ code: status.UNIMPLEMENTED, details: 'the call has more than one message' });
    }
  });
  stream.once('end', () => {
    if (isAnswered) return;
    if (size === 0) {
      end({ code: status.UNIMPLEMENTED, details: 'the call has no message' });
      return;
    }
    let request: unknown;
    try {
      request = method.requestDeserialize(messageIn(received));
    } catch {
      end({ code: status.INTERNAL, details: 'the call has no message that can be read' });
      return;
    }
    const call = {
      request,
      metadata: Metadata.fromHttp2Headers(headers),
      getDeadline: () => deadline,
      getPath: () => method.path,
      on: (_event: 'cancelled', listener: () => void) => {
        onCancelled = listener;
      },
    };
    method.handle(call as unknown as ServerUnaryCall<unknown, unknown>, end);
  });
}

const CONTENT_TYPE = 'application/grpc+proto';

function sendReply(stream: ServerHttp2Stream, method: Method, reply: unknown): void {
  let frame: Buffer;
  try {
    frame = frameOf(method.responseSerialize(reply));
  } catch {
    sendStatus(stream, status.INTERNAL, 'the answer cannot be sent');
    return;
  }
  stream.respond({ ':status': 200, 'content-type': CONTENT_TYPE }, { waitForTrailers: true });
  stream.once('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': status.OK, 'grpc-message': 'OK' });
  });
  stream.end(frame);
}

function sendStatus(stream: ServerHttp2Stream, code: status, text: string): void {
  stream.respond(
    { ':status': 200, 'content-type': CONTENT_TYPE, 'grpc-status': code, 'grpc-message': encodeURI(text) },
    { endStream: true },
  );
}

/** Longer timers end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Milliseconds; infinity without a timeout, undefined for what is none. */
function timeoutOf(header: string | readonly string[] | undefined): number | undefined {
  if (header === undefined) return Infinity;
  const [, digits = '', unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(header)) ?? [];
  const milliseconds = UNIT_MS[unit];
  return milliseconds === undefined ? undefined : Number(digits) * milliseconds;
}
