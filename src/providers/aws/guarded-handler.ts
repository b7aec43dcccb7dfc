import type * as Sdk from '@aws-sdk/client-kms';
import type { Readable } from 'node:stream';
import { cleanAnswer } from './clean-answer.ts';

/** What sends the SDK's requests. */
export type RequestHandler = Sdk.KMSClient['config']['requestHandler'];

/** A request of the SDK, as far as it is looked at. */
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

/** No answer of AWS KMS comes near: a page of 1,000 keys has 150 kB. */
const LARGEST_BODY = 1024 * 1024;

export interface HandlerGuards {
  /** For connection, head and body of an answer together. */
  readonly limitMs: number;
  /** @throws what the request fails with instead of being sent */
  readonly beforeSending: (request: HttpRequest, signal: AbortSignal | undefined) => void;
}

/**
 * The SDK's handler, for endpoints that may be anybody's: asks before each request whether it may go where it is about
 * to, ends each in time, reads bodies up to a limit, and shows the SDK clean answers of KMS only. It follows no redirect.
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

/** Whether a request is one to KMS: those for credentials go through the same handler. */
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
      // Leaving the loop destroys the connection.
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
