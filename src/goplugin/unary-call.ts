import {
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import { status, type Metadata } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { frameOf, messageIn } from './message-frame.ts';
import { RpcError } from './rpc-error.ts';

/** What a call to the host may bring along. */
export interface HostCallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: Metadata | undefined;
}

type AnswerHeaders = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** A method as the generated service definitions describe it. */
export type HostMethod<Request, Reply> = Pick<
  MethodDefinition<Request, unknown, unknown, Reply>,
  'path' | 'requestSerialize' | 'responseDeserialize'
>;

/** No call to the host waits longer: the host's own limit for a request (Vault: `default_max_request_duration`). */
const CALL_LIMIT_S = 90;

/**
 * Calls a unary method over HTTP/2 (gRPC: PROTOCOL-HTTP2.md), without compression and without retries.
 *
 * Each storage operation is such a call. A client of grpc-js does the same for twice the processor time
 * (`npm run bench:callbacks`), as it has filters, balancing and retries, of which nothing is used here.
 *
 * @throws {RpcError} with the status of the call; DEADLINE_EXCEEDED after 90 s
 * @throws the signal's reason, when it aborts
 */
export function unaryCall<Request, Reply>(
  session: ClientHttp2Session,
  method: HostMethod<Request, Reply>,
  request: Request,
  { signal, metadata }: HostCallOptions,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const message = frameOf(method.requestSerialize(request));
    const stream = session.request({
      ':method': 'POST',
      ':path': method.path,
      te: 'trailers',
      'content-type': 'application/grpc',
      'grpc-timeout': `${CALL_LIMIT_S}S`,
      ...(metadata?.toHttp2Headers() as Record<string, string[]> | undefined),
    });
    let answer: AnswerHeaders | undefined;
    let trailers: IncomingHttpHeaders | undefined;
    let failure: NodeJS.ErrnoException | undefined;
    const received: Buffer[] = [];

    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const giveUp = (reason: Error): void => {
      end();
      reject(reason);
      stream.close(constants.NGHTTP2_CANCEL);
    };
    const abort = (): void => {
      giveUp(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      giveUp(new RpcError(status.DEADLINE_EXCEEDED, `the host has not answered within ${CALL_LIMIT_S} s`));
    }, CALL_LIMIT_S * 1000);

    signal?.addEventListener('abort', abort, { once: true });
    stream.on('response', (headers: AnswerHeaders) => {
      answer = headers;
    });
    stream.on('trailers', (headers: IncomingHttpHeaders) => {
      trailers = headers;
    });
    stream.on('data', (chunk: Buffer) => received.push(chunk));
    stream.on('error', (error: NodeJS.ErrnoException) => {
      failure = error;
    });
    stream.once('close', () => {
      end();
      try {
        const problem = problemOf(answer, trailers, failure, stream.rstCode);
        if (problem) reject(problem);
        else resolve(method.responseDeserialize(messageIn(received)));
      } catch (error) {
        reject(error instanceof RpcError ? error : new RpcError(status.INTERNAL, 'the host answers with no message'));
      }
    });
    stream.end(message);
  });
}

/** Why a call has failed; undefined for one that has not. */
function problemOf(
  answer: AnswerHeaders | undefined,
  trailers: IncomingHttpHeaders | undefined,
  failure: NodeJS.ErrnoException | undefined,
  rstCode: number | undefined,
): RpcError | undefined {
  // The headers are the trailers too, where there is no message.
  const end = trailers ?? answer;
  const code = end?.['grpc-status'];
  if (code === '0') return undefined;
  if (typeof code === 'string') {
    const known = Number(code);
    return new RpcError(isStatus(known) ? known : status.UNKNOWN, decoded(end?.['grpc-message']));
  }
  const http = answer?.[':status'];
  if (http !== undefined && http !== 200) {
    return new RpcError(BY_HTTP_STATUS[http] ?? status.UNKNOWN, `the host answers with HTTP status ${http}`);
  }
  // Where the connection fails, Node.js gives its error to the streams, and they get a reset code too.
  const isReset = failure === undefined || failure.code === 'ERR_HTTP2_STREAM_ERROR';
  const reset = rstCode === undefined || !isReset ? undefined : BY_RESET[rstCode];
  if (reset !== undefined) return new RpcError(reset, `the host has reset the call (HTTP/2 error ${rstCode})`);
  return new RpcError(status.UNAVAILABLE, `the connection to the host is lost: ${failure?.message ?? 'it was closed'}`);
}

/** gRPC: doc/http-grpc-status-mapping.md. */
const BY_HTTP_STATUS: Readonly<Record<number, status>> = {
  400: status.INTERNAL,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.UNIMPLEMENTED,
  429: status.UNAVAILABLE,
  502: status.UNAVAILABLE,
  503: status.UNAVAILABLE,
  504: status.UNAVAILABLE,
};

/** gRPC: PROTOCOL-HTTP2.md, "Errors". What a lost connection leaves, NO_ERROR and CANCEL among them, is not here. */
const BY_RESET: Readonly<Record<number, status>> = {
  [constants.NGHTTP2_PROTOCOL_ERROR]: status.INTERNAL,
  [constants.NGHTTP2_INTERNAL_ERROR]: status.INTERNAL,
  [constants.NGHTTP2_FLOW_CONTROL_ERROR]: status.INTERNAL,
  [constants.NGHTTP2_FRAME_SIZE_ERROR]: status.INTERNAL,
  [constants.NGHTTP2_COMPRESSION_ERROR]: status.INTERNAL,
  [constants.NGHTTP2_REFUSED_STREAM]: status.UNAVAILABLE,
  [constants.NGHTTP2_ENHANCE_YOUR_CALM]: status.RESOURCE_EXHAUSTED,
  [constants.NGHTTP2_INADEQUATE_SECURITY]: status.PERMISSION_DENIED,
};

function isStatus(code: number): code is status {
  return code in status;
}

/** The text of a status, which is percent-encoded. */
function decoded(text: string | readonly string[] | undefined): string {
  if (typeof text !== 'string') return '';
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
