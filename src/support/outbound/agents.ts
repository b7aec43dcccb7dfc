import * as http from 'node:http';
import * as https from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { ConnectError } from './connect-error.ts';
import type { Route, Target } from './proxy-rules.ts';
import { openTunnel } from './proxy-tunnel.ts';

export interface AgentOptions {
  /** How each destination is reached. */
  readonly route: (target: Target) => Route;
  /** Asked at the first connection over TLS. */
  readonly secureContext: () => Promise<SecureContext>;
  /** How long an idle connection stays open, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** Timeout of a proxy, for its connection and its answer together, in milliseconds. */
  readonly proxyTimeoutMs: number;
}

type Connection = https.RequestOptions & Pick<ConnectionOptions, 'secureContext' | 'socket'>;
type Created = (error: Error | null, socket: Duplex) => void;

const MAX_SOCKETS = 50;

/**
 * Agents of Node's HTTP client that connect as the environment says: through a proxy, and with its certificates. A
 * connection that cannot be made fails with {@link ConnectError}. http:// goes through the proxy by CONNECT as well, so
 * that no answer of a proxy is taken for one of the destination.
 */
export function outboundAgents(options: AgentOptions): {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
} {
  const settings = { keepAlive: true, maxSockets: MAX_SOCKETS, timeout: options.idleTimeoutMs };
  const httpAgent = new http.Agent(settings);
  const httpsAgent = new https.Agent(settings);
  const [plain, overTls] = [httpAgent.createConnection.bind(httpAgent), httpsAgent.createConnection.bind(httpsAgent)];
  httpAgent.createConnection = (request, created) => {
    settle(created, async () => {
      const socket = await tunnelTo('http:', request, options);
      return socket ?? plain(request);
    });
    return undefined;
  };
  httpsAgent.createConnection = (request, created) => {
    settle(created, async () => {
      const secureContext = await options.secureContext();
      const socket = await tunnelTo('https:', request, options);
      const connection: Connection = { ...request, secureContext, ...(socket && { socket }) };
      return overTls(connection);
    });
    return undefined;
  };
  return { httpAgent, httpsAgent };
}

/** @returns undefined where the destination is reached directly */
async function tunnelTo(
  protocol: Target['protocol'],
  { host, port }: http.ClientRequestArgs,
  { route, secureContext, proxyTimeoutMs }: AgentOptions,
): Promise<Duplex | undefined> {
  const target = { protocol, host: host ?? '', port: Number(port) };
  const found = route(target);
  if (found.by === 'direct') return undefined;
  if (found.by === 'none') throw new ConnectError('misconfigured', 'PROXY', found.problem);
  const { proxy } = found;
  return openTunnel({
    proxy,
    target,
    secureContext: proxy.isTls ? await secureContext() : undefined,
    timeoutMs: proxyTimeoutMs,
  });
}

function settle(created: Created | undefined, connect: () => Promise<Duplex | null | undefined>): void {
  connect().then(
    (socket) => created?.(null, socket as Duplex),
    (error: unknown) => (created as ((error: unknown) => void) | undefined)?.(error),
  );
}
