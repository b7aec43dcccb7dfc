import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, isIPv6, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { ConnectError } from './connect-error.ts';
import type { HostAndPort } from './no-proxy.ts';
import type { Proxy } from './proxy-rules.ts';

export interface TunnelOptions {
  readonly proxy: Proxy;
  readonly target: HostAndPort;
  /** For the connection to the proxy itself, over TLS. */
  readonly secureContext: SecureContext | undefined;
  /** For the connection to the proxy and its answer together. */
  readonly timeoutMs: number;
}

interface NodeError extends Error {
  readonly code?: string;
}

/**
 * Opens a connection to a destination through a proxy, by CONNECT (RFC 9110, section 9.3.6). The proxy sees host and port.
 * Whatever it answers but 2xx is an error, never taken for an answer of the destination.
 *
 * Node's HTTP client speaks to the proxy, so that its limits on headers hold. The agents on npm that tunnel have no
 * deadline, and some pass a refusal on as the answer of the destination.
 *
 * @throws {ConnectError}
 */
export function openTunnel({ proxy, target, secureContext, timeoutMs }: TunnelOptions): Promise<Socket> {
  const { host, port, isTls, authorization } = proxy;
  const authority = `${isIPv6(target.host) ? `[${target.host}]` : target.host}:${target.port}`;
  const options = {
    host,
    port,
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...(authorization && { 'proxy-authorization': authorization.reveal() }) },
    agent: false,
    // Not what the header Host says, which is the destination.
    ...(isTls && { servername: isIP(host) ? '' : host, ...(secureContext && { secureContext }) }),
  };
  return new Promise((resolve, reject) => {
    const request = (isTls ? https : http).request(options);
    const timer = setTimeout(() => {
      request.destroy(new ConnectError('timeout', 'ETIMEDOUT', `no answer from the proxy at ${proxy.name} in time`));
    }, timeoutMs);
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      clearTimeout(timer);
      if (statusCode >= 200 && statusCode < 300 && head.length === 0) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refusal(proxy, authority, statusCode));
    });
    // For the lifetime of the request, as a destroyed one may fail twice.
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(failure(proxy, target.host, error));
    });
    request.end();
  });
}

function refusal({ name, variable, authorization }: Proxy, authority: string, status: number): ConnectError {
  const problem = status >= 400 && status < 500 ? 'misconfigured' : 'unreachable';
  return new ConnectError(problem, `HTTP ${status}`, textOf());
  function textOf(): string {
    if (status === 407) {
      return authorization
        ? `the proxy at ${name} does not accept the user and password in ${variable}: correct them`
        : `the proxy at ${name} asks for user and password: give them in ${variable}, http://user:password@host:port`;
    }
    if (status >= 500) return `the proxy at ${name} cannot connect to ${authority}`;
    if (status < 300) return `the proxy at ${name} answers CONNECT with more than it should`;
    return `the proxy at ${name} refuses to connect to ${authority}: have it allowed there, or add the host to NO_PROXY`;
  }
}

function failure({ name, variable }: Proxy, host: string, error: NodeError): ConnectError {
  if (error instanceof ConnectError) return error;
  const { code = error.name, message } = error;
  if (/^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_)/.test(code)) {
    return new ConnectError('misconfigured', code, `the certificate of the proxy at ${name} is not trusted`);
  }
  if (/wrong version number|packet length too long/.test(message)) {
    return new ConnectError(
      'misconfigured',
      code,
      `the proxy at ${name} does not speak TLS: use http:// in ${variable}`,
    );
  }
  if (code.startsWith('HPE_')) {
    return new ConnectError(
      'misconfigured',
      code,
      `what is at ${name} does not answer as an HTTP proxy: correct ${variable}`,
    );
  }
  return new ConnectError(
    'unreachable',
    code,
    `cannot reach the proxy at ${name}: correct ${variable}, or add ${host} to NO_PROXY where it is reached without`,
  );
}
