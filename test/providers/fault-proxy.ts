import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Action, Fault, Held, Trouble } from './contract/cloud.ts';

/** An answer by which a cloud refuses a request. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** How requests to one cloud are told apart and refused. */
export interface Dialect {
  /** The operation of a request, by method, path and headers. */
  readonly operationOf: (request: IncomingMessage) => string;
  /** Operations that perform a step; of one that only looks, those that it looks by. */
  readonly requests: Readonly<Partial<Record<Action, readonly string[]>>>;
  readonly refusals: Readonly<Record<'forbidden' | 'throttled' | 'unauthenticated', Refusal>>;
}

/** Asked for by the proxy itself. */
const DRAIN = '/drain';

/** Passes requests on to the endpoint of a cloud, unless they are to fail. */
export interface FaultProxy {
  readonly url: string;
  inject(fault: Fault): void;
  hold(on: Action): Held;
  heal(): Promise<void>;
  requests(): number;
  close(): Promise<void>;
}

export async function startFaultProxy(
  endpoint: string,
  { operationOf, requests: steps, refusals }: Dialect,
): Promise<FaultProxy> {
  let fault: { readonly fault: Fault; left: number } | undefined;
  let held: { readonly on: Action; readonly arrive: () => void; readonly released: Promise<void> } | undefined;
  let requests = 0;

  const performs = (on: Action, operation: string): boolean => steps[on]?.includes(operation) === true;
  const troubleOf = (operation: string): Trouble | undefined => {
    if (fault === undefined || fault.left === 0) return undefined;
    const { on, trouble } = fault.fault;
    if (on !== undefined && !performs(on, operation)) return undefined;
    fault.left--;
    return trouble;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === DRAIN) return void response.end();
    requests++;
    const payload = await bodyOf(request);
    const operation = operationOf(request);
    const trouble = troubleOf(operation);
    if (trouble === 'silent') return;
    if (trouble === 'lost_before') return void request.socket.destroy();
    if (trouble === 'forbidden' || trouble === 'throttled' || trouble === 'unauthenticated') {
      const { status, headers, body } = refusals[trouble];
      return void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    }
    const answer = await passOn(endpoint, request, payload);
    if (held && performs(held.on, operation)) {
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

  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    inject: (next) => {
      if (next.on !== undefined && steps[next.on] === undefined) throw new Error(`no request is for ${next.on}`);
      fault = { fault: next, left: next.times ?? Infinity };
    },
    hold(on) {
      if (steps[on] === undefined) throw new Error(`no request is for ${on}`);
      const [arrived, released] = [signalled(), signalled()];
      held = { on, arrive: arrived.give, released: released.given };
      return { arrived: arrived.given, release: released.give };
    },
    async heal() {
      // What was given up may not have been read yet. Connections are accepted in their order, this one as the last.
      await new Promise((resolve, reject) => {
        send(`${url}${DRAIN}`, { agent: false }, (answer) => answer.resume().on('end', resolve))
          .on('error', reject)
          .end();
      });
      // What has arrived on any of them is read in the next turn.
      for (let turn = 0; turn < 3; turn++) await nextTurn();
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

/** Those of one connection only. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/** Sends a request as it is, as a signature may cover the headers. */
async function passOn(
  endpoint: string,
  { method, headers, url = '/' }: IncomingMessage,
  body: Buffer,
): Promise<PassedOn> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    send(new URL(url, endpoint), { method, headers }, resolve).on('error', reject).end(body);
  });
  const kept = Object.entries(answer.headers).flatMap(([name, value]) =>
    typeof value === 'string' && !HOP_BY_HOP.includes(name) ? [[name, value] as const] : [],
  );
  return { status: answer.statusCode ?? 500, headers: Object.fromEntries(kept), body: await bodyOf(answer) };
}
