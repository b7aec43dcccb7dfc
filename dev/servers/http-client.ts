/** An answer of the server's HTTP API. */
export interface Answer {
  readonly status: number;
  /** The body as it came; empty for 204. */
  readonly text: string;
  /** The body as JSON; an empty object where there is none. */
  readonly body: AnswerBody;
}

/** The parts of a body that this project reads. */
export interface AnswerBody {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[] | null;
  readonly [name: string]: unknown;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'LIST';

export interface HttpRequest {
  readonly method: Method;
  /** Below `/v1/`. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long to wait for the answer. @default 60 */
  readonly seconds?: number;
}

/** Sends a request to a server at `address`. @throws {Error} when there is no answer in time */
export async function sendRequest(address: string, token: string | undefined, request: HttpRequest): Promise<Answer> {
  const { method, path, body, headers, seconds = 60 } = request;
  const response = await fetch(`${address}/v1/${path}`, {
    method,
    headers: { ...(token === undefined ? {} : { 'X-Vault-Token': token }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(seconds * 1000),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: response.status, text, body: json ? (JSON.parse(text) as AnswerBody) : {} };
}
