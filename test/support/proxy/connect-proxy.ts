import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Issued } from './certificate-authority.ts';

/** What a proxy does with a CONNECT instead of connecting. */
export type Misconduct =
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'closes' }
  /** Sends these bytes and goes on. */
  | { readonly kind: 'says'; readonly text: string };

export interface ConnectProxyOptions {
  /** Port of 127.0.0.1 by `host:port` as it is asked for; all others are refused with 403. */
  readonly destinations: Readonly<Record<string, number>>;
  /** `user:password`, without which a request is refused with 407. */
  readonly credentials?: string;
  /** Serves over TLS. */
  readonly identity?: Issued;
}

/** An HTTP proxy on 127.0.0.1 that knows CONNECT alone, and refuses everything that is not exactly that. */
export interface ConnectProxy {
  readonly port: number;
  /** `host:port` of each CONNECT, in order. */
  asked(): readonly string[];
  /** All that was wrong with requests; a test expects none. */
  faults(): readonly string[];
  /** Everything that clients have sent through tunnels. */
  seen(): Buffer;
  /** Open connections of clients. */
  open(): number;
  misbehave(how: Misconduct | undefined): void;
  close(): Promise<void>;
}

export async function startConnectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const { destinations, credentials, identity } = options;
  const asked: string[] = [];
  const faults: string[] = [];
  const seen: Buffer[] = [];
  const sockets = new Set<Duplex>();
  let misconduct: Misconduct | undefined;
  const server = identity ? createTlsServer(identity) : createServer();

  server.on('request', (request, response) => {
    faults.push(`${request.method ?? ''} ${request.url ?? ''} is no CONNECT`);
    response.writeHead(405).end();
  });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const authority = request.url ?? '';
    asked.push(authority);
    if (request.headers.host !== authority) faults.push(`Host is not ${authority}`);
    if (head.length > 0) faults.push('bytes follow CONNECT before its answer');
    const known = ['host', 'connection', 'proxy-authorization'];
    const others = Object.keys(request.headers).filter((name) => !known.includes(name));
    if (others.length > 0) faults.push(`CONNECT has ${others.join(', ')}`);
    socket.on('error', () => undefined);
    const refuse = (status: number, body = ''): void => {
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    };
    if (misconduct) {
      // Only a socket that is read shows that the client has closed it.
      socket.resume().on('end', () => socket.end());
      const { kind } = misconduct;
      if (kind === 'status') refuse(misconduct.status, misconduct.body);
      if (kind === 'closes') socket.destroy();
      if (kind === 'says') socket.write(misconduct.text);
      return;
    }
    const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (request.headers['proxy-authorization'] !== expected) {
      refuse(407);
      return;
    }
    const port = destinations[authority];
    if (port === undefined) {
      refuse(403);
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.on('data', (chunk: Buffer) => seen.push(chunk));
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  server.on(identity ? 'secureConnection' : 'connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    asked: () => asked,
    faults: () => faults,
    seen: () => Buffer.concat(seen),
    open: () => sockets.size,
    misbehave(how) {
      misconduct = how;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
