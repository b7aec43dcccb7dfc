import { setMaxListeners } from 'node:events';
import { status, type Deadline, type handleUnaryCall, type Metadata, type ServerErrorResponse } from '@grpc/grpc-js';
import type { Logger } from '../support/logger.ts';
import { describeFault } from './fault.ts';
import { RpcError } from './rpc-error.ts';

/** What a handler learns of its call beside the request. */
export interface CallContext {
  /** Aborted when the caller has cancelled, its deadline has passed, the plugin stops, or by {@link CallContext.abort}. */
  readonly signal: AbortSignal;
  /** Aborts the signal; the caller still waits for the answer. */
  readonly abort: (reason: Error) => void;
  /** When the caller gives up, milliseconds since the Unix epoch; undefined where it does not say. */
  readonly deadline: number | undefined;
  readonly metadata: Metadata;
}

/** Answers one call; a rejection with an {@link RpcError} becomes the call's status. */
export type UnaryHandler<Request, Reply> = (request: Request, context: CallContext) => Promise<Reply>;

/** A call that stays open for as long as the host likes; ended by the plugin when it stops. */
export interface OpenStream {
  end(): void;
  once(event: 'close', listener: () => void): unknown;
}

/** All calls in flight; the one place that knows how grpc-js wants to be answered. */
export interface CallRegistry {
  /** Makes an async function a handler of grpc-js. */
  readonly unary: <Request, Reply>(handler: UnaryHandler<Request, Reply>) => handleUnaryCall<Request, Reply>;
  /** Keeps a stream, to end it at {@link CallRegistry.close}. */
  keep(stream: OpenStream): void;
  /** Resolves as soon as no handler is running. */
  idle(): Promise<void>;
  /** Answers whatever is in flight with UNAVAILABLE and the text, aborts its signal, and ends the streams. */
  close(text: string): void;
}

interface RunningCall {
  readonly answer: (error: RpcError) => void;
  readonly abort: (reason: Error) => void;
}

/** Makes an empty registry. */
export function callRegistry(logger: Logger): CallRegistry {
  const running = new Set<RunningCall>();
  const streams = new Set<OpenStream>();
  let whenIdle: (() => void)[] = [];

  const settled = (call: RunningCall): void => {
    running.delete(call);
    if (running.size > 0) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  };

  return {
    unary: (handler) => (call, callback) => {
      const controller = new AbortController();
      // Many calls at once may wait for it; Node warns of more than ten.
      setMaxListeners(0, controller.signal);
      let answered = false;
      const entry: RunningCall = {
        answer: (error) => {
          if (answered) return;
          answered = true;
          callback(toStatus(error));
        },
        abort: (reason) => {
          controller.abort(reason);
        },
      };
      running.add(entry);
      // grpc-js emits this after every answer too.
      call.on('cancelled', () => {
        if (answered) return;
        answered = true;
        controller.abort(new RpcError(status.CANCELLED, 'the request was cancelled or its deadline has passed'));
      });
      const { request, metadata } = call;
      const { signal } = controller;
      void handler(request, { signal, abort: entry.abort, deadline: deadlineOf(call.getDeadline()), metadata })
        .then(
          (reply) => {
            if (answered) return;
            answered = true;
            callback(null, reply);
          },
          (error: unknown) => {
            entry.answer(asRpcError(error, call.getPath(), logger));
          },
        )
        .finally(() => {
          settled(entry);
        });
    },
    keep(stream) {
      streams.add(stream);
      stream.once('close', () => streams.delete(stream));
    },
    idle: () => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
    close(text) {
      const error = new RpcError(status.UNAVAILABLE, text);
      for (const call of running) {
        call.answer(error);
        call.abort(error);
      }
      for (const stream of streams) stream.end();
    },
  };
}

// grpc-js says infinity where the caller has said nothing.
function deadlineOf(deadline: Deadline): number | undefined {
  const time = Number(deadline);
  return Number.isFinite(time) ? time : undefined;
}

// What is not an RpcError is a mistake of ours: the caller learns no more than that.
function asRpcError(error: unknown, method: string, logger: Logger): RpcError {
  if (error instanceof RpcError) return error;
  logger.error('call failed unexpectedly', { method, ...describeFault(error) });
  return new RpcError(status.INTERNAL, 'internal error');
}

// grpc-js percent-encodes the text, and half a surrogate pair would make it throw.
function toStatus(error: RpcError): ServerErrorResponse {
  const details = Buffer.from(error.message, 'utf8').toString('utf8');
  return { name: error.name, message: details, code: error.code, details };
}
