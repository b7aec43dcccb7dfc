import { connect, type AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Issued } from './certificate-authority.ts';

/** Ends TLS before a server that speaks plain HTTP. */
export interface TlsFront {
  readonly port: number;
  /** Finished handshakes. */
  connections(): number;
  close(): Promise<void>;
}

/** @param backend - the server's URL */
export async function startTlsFront(identity: Issued, backend: string): Promise<TlsFront> {
  const sockets = new Set<TLSSocket>();
  let connections = 0;
  const server = createServer(identity, (socket) => {
    connections++;
    sockets.add(socket);
    const upstream = connect(Number(new URL(backend).port), '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        sockets.delete(socket);
        upstream.destroy();
      });
    upstream.on('error', () => socket.destroy());
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
