import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Action, Fault, Held, Trouble } from '../contract/cloud.ts';

/** Requests to AWS KMS that perform a step. */
const REQUESTS: Readonly<Partial<Record<Action, readonly string[]>>> = {
  create: ['CreateKey'],
  import: ['ImportKeyMaterial'],
  enable: ['EnableKey'],
  disable: ['DisableKey'],
  set_current: ['CreateAlias', 'UpdateAlias'],
  remove_name: ['DeleteAlias'],
  remove: ['ScheduleKeyDeletion'],
};

const REFUSALS: Readonly<Partial<Record<Trouble, string>>> = {
  forbidden: 'AccessDeniedException',
  throttled: 'ThrottlingException',
  unauthenticated: 'UnrecognizedClientException',
};

/** Passes requests on to an AWS KMS endpoint, unless they are to fail. */
export interface FaultProxy {
  readonly url: string;
  inject(fault: Fault): void;
  hold(on: Action): Held;
  heal(): void;
  requests(): number;
  close(): Promise<void>;
}

export async function startFaultProxy(endpoint: string): Promise<FaultProxy> {
  let fault: { readonly fault: Fault; left: number } | undefined;
  let held: { readonly on: Action; readonly arrive: () => void; readonly released: Promise<void> } | undefined;
  let requests = 0;

  const troubleOf = (action: string): Trouble | undefined => {
    if (fault === undefined || fault.left === 0) return undefined;
    const { on, trouble } = fault.fault;
    if (on !== undefined && REQUESTS[on]?.includes(action) !== true) return undefined;
    fault.left--;
    return trouble;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests++;
    const body = await bodyOf(request);
    const action = String(request.headers['x-amz-target']).replace('TrentService.', '');
    const trouble = troubleOf(action);
    const refusal = trouble && REFUSALS[trouble];
    if (trouble === 'silent') return;
    if (trouble === 'lost_before') return void request.socket.destroy();
    if (refusal !== undefined) {
      return void response.writeHead(400).end(JSON.stringify({ __type: refusal, message: 'injected' }));
    }
    const answer = await passOn(endpoint, request, body);
    if (held && REQUESTS[held.on]?.includes(action) === true) {
      const { arrive, released } = held;
      held = undefined;
      arrive();
      await released;
    }
    if (trouble === 'lost_after') return void request.socket.destroy();
    if (trouble === 'garbled') return void response.writeHead(200).end('<html>');
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inject: (next) => {
      fault = { fault: next, left: next.times ?? Infinity };
    },
    hold(on) {
      const [arrived, released] = [signalled(), signalled()];
      held = { on, arrive: arrived.give, released: released.given };
      return { arrived: arrived.given, release: released.give };
    },
    heal: () => {
      fault = undefined;
      held = undefined;
    },
    requests: () => requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A promise that settles once it is told to. */
function signalled(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface PassedOn {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends a request as it is, as its signature covers the headers. */
async function passOn(
  endpoint: string,
  { method, headers, url = '/' }: IncomingMessage,
  body: Buffer,
): Promise<PassedOn> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    send(new URL(url, endpoint), { method, headers }, resolve).on('error', reject).end(body);
  });
  const kept = ['x-amzn-requestid', 'content-type', 'date'].flatMap((name) => {
    const value = answer.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return { status: answer.statusCode ?? 500, headers: Object.fromEntries(kept), body: await bodyOf(answer) };
}
