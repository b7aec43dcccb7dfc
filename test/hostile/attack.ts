import { Metadata, status, type Client, type ServiceError } from '@grpc/grpc-js';

/** How a call ended. */
export interface Outcome {
  readonly status: status;
  /** The text of a status other than OK. */
  readonly details: string;
  /** The message as it came, empty where there is none. */
  readonly reply: Buffer;
}

export interface AttackOptions {
  readonly metadata?: Metadata | undefined;
  readonly signal?: AbortSignal;
  /** A call that takes longer hangs. @default 20 s */
  readonly limitMs?: number;
}

const LIMIT_MS = 20_000;

/**
 * Sends bytes as the message of a unary method.
 *
 * @throws {Error} when the call is not answered in time
 */
export function attack(
  client: Client,
  path: string,
  bytes: Uint8Array,
  { metadata = new Metadata(), signal, limitMs = LIMIT_MS }: AttackOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const finish = (error: ServiceError | null, reply: Buffer = Buffer.alloc(0)): void => {
      if (error?.code === status.DEADLINE_EXCEEDED) reject(new Error(`${path} is not answered in ${limitMs} ms`));
      else resolve({ status: error?.code ?? status.OK, details: error?.details ?? '', reply });
    };
    const options = { deadline: Date.now() + limitMs };
    const call = client.makeUnaryRequest(path, asIs, asIs, Buffer.from(bytes), metadata, options, finish);
    signal?.addEventListener('abort', () => {
      call.cancel();
    });
  });
}

const asIs = (message: Buffer): Buffer => message;

/** Metadata with a value, or several, for each name. */
export function metadataOf(values: Readonly<Record<string, string | readonly string[]>>): Metadata {
  const metadata = new Metadata();
  for (const [name, each] of Object.entries(values)) for (const value of [each].flat()) metadata.add(name, value);
  return metadata;
}
