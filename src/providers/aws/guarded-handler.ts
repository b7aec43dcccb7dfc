import type * as Sdk from '@aws-sdk/client-kms';
import type { Readable } from 'node:stream';
import { cleanAnswer } from './clean-answer.ts';

/** The request handler of the SDK. */
export type RequestHandler = Sdk.KMSClient['config']['requestHandler'];

/** The parts of an SDK request that are read here. */
export interface HttpRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** The largest responses of AWS KMS, pages of 1,000 KMS keys, have 150 kB. */
const LARGEST_BODY = 1024 * 1024;

export interface HandlerGuards {
  /** Timeout for connection, headers and body together. */
  readonly limitMs: number;
  /** @throws {ProviderError} to reject the request instead of sending it */
  readonly beforeSending: (request: HttpRequest, signal: AbortSignal | undefined) => void;
}

/**
 * Wraps the SDK's handler for untrusted endpoints: checks the destination before each request, enforces a timeout, limits
 * the body size, and passes only sanitized KMS responses to the SDK. It follows no redirects.
 */
export function guardedHandler(handler: RequestHandler, { limitMs, beforeSending }: HandlerGuards): RequestHandler {
  const handle = async (request: HttpRequest, options: object = {}): Promise<{ response: HttpResponse }> => {
    const { abortSignal } = options as { readonly abortSignal?: AbortSignal };
    beforeSending(request, abortSignal);
    const aborter = new AbortController();
    const abort = (): void => {
      aborter.abort();
    };
    const late = named('TimeoutError', 'no answer in time');
    const timer = setTimeout(() => {
      aborter.abort(late);
    }, limitMs);
    abortSignal?.addEventListener('abort', abort);
    if (abortSignal?.aborted === true) abort();
    try {
      const { response } = (await handler.handle(request, { ...options, abortSignal: aborter.signal })) as {
        response: HttpResponse;
      };
      const { statusCode, headers } = response;
      const raw = { statusCode, headers, body: await bodyOf(response.body, aborter.signal) };
      return { response: Object.assign(response, isKms(request) ? cleanAnswer(raw) : raw) };
    } catch (error) {
      if (aborter.signal.reason === late) throw late;
      if (aborter.signal.aborted) throw named('AbortError', 'cancelled');
      throw error;
    } finally {
      clearTimeout(timer);
      abortSignal?.removeEventListener('abort', abort);
    }
  };
  return {
    ...(handler.metadata && { metadata: handler.metadata }),
    handle,
    destroy: () => handler.destroy?.(),
  };
}

/** Whether a request is sent to KMS: requests for credentials use the same handler. */
export function isKms({ headers }: HttpRequest): boolean {
  return headers['x-amz-target']?.startsWith('TrentService.') === true;
}

async function bodyOf(body: Readable, signal: AbortSignal): Promise<Buffer> {
  const end = (): void => {
    body.destroy(new Error('cancelled'));
  };
  signal.addEventListener('abort', end);
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      // Throwing inside the loop destroys the connection.
      if (size > LARGEST_BODY) throw named('AnswerTooLarge', 'the answer is larger than 1 MB');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function named(name: string, text: string): Error {
  return Object.assign(new Error(text), { name });
}
