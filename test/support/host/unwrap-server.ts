import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { X509Certificate } from 'node:crypto';
import type { Identity } from './identity.ts';

/** A server with `sys/wrapping/unwrap` alone. */
export interface UnwrapServer {
  /** The wrapping token: a JWT whose `addr` claim names this server. */
  readonly token: string;
  readonly requests: readonly {
    readonly method: string;
    readonly url: string;
    readonly token: string;
    readonly body: string;
  }[];
  close(): void;
}

/**
 * Serves the certificate and key that host and plugin share, once.
 *
 * @param tls - the server's own identity; plain HTTP without it
 */
export async function startUnwrapServer(shared: Identity, tls?: Identity): Promise<UnwrapServer> {
  const requests: { method: string; url: string; token: string; body: string }[] = [];
  let used = false;
  const listener: RequestListener = (request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, token: String(headers['x-vault-token']), body });
      if (method !== 'PUT' || url !== '/v1/sys/wrapping/unwrap' || used) {
        response.writeHead(400).end('{"errors":["wrapping token is not valid or does not exist"]}');
        return;
      }
      used = true;
      const ServerCert = new X509Certificate(shared.certificate).raw.toString('base64');
      const ServerKey = shared.sec1.toString('base64');
      response.end(JSON.stringify({ data: { ServerCert, ServerKey } }));
    });
  };
  const server = tls ? createHttps({ key: tls.key, cert: tls.certificate }, listener) : createHttp(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const addr = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  return {
    token: jwt({ addr, type: 'wrapping', accessor: '', jti: 's.wrapped' }),
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A token of that shape; nobody but its issuer checks the signature. */
export function jwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES512', typ: 'JWT' })}.${part(claims)}.${Buffer.from('signature').toString('base64url')}`;
}
