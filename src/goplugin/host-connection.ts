import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { reasonOf } from '../support/reason-of.ts';
import type { Address } from './handshake.ts';
import { RpcError } from './rpc-error.ts';
import type { TransportSecurity } from './transport-security.ts';
import { unaryCall, type HostCallOptions, type HostMethod } from './unary-call.ts';

/** A connection to services of the host, kept and reopened as needed until it is closed. */
export interface HostConnection {
  /**
   * Calls a method of the host, once: a call that fails is not sent again, as the host may have done the work.
   *
   * @throws {RpcError} with the status of the call
   * @throws the signal's reason, when it aborts; the host may have done the work all the same
   */
  call<Request, Reply>(method: HostMethod<Request, Reply>, request: Request, options?: HostCallOptions): Promise<Reply>;
  /** Ends the connection when the calls under way have ended; later ones fail. */
  close(): void;
}

/** Message sizes are limited by the host alone, as for any go-plugin. */
export const UNLIMITED_MESSAGES = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
} as const;

/** How much the host may send before it waits for this side: a record with all its parts. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Prepares a connection; nothing is opened before the first call. */
export function hostConnection(address: Address, security: TransportSecurity): HostConnection {
  let session: ClientHttp2Session | undefined;
  let isClosed = false;
  return {
    async call(method, request, options = {}) {
      options.signal?.throwIfAborted();
      if (isClosed) throw new RpcError(status.CANCELLED, 'the connection to the host is closed');
      if (session === undefined || session.closed || session.destroyed) session = openSession(address, security);
      return unaryCall(session, method, request, options);
    },
    close() {
      isClosed = true;
      session?.close();
    },
  };
}

/** @throws {RpcError} for what is no address; one that nobody listens at is found out by the call */
function openSession(address: Address, security: TransportSecurity): ClientHttp2Session {
  const session = startSession(address, security);
  // The calls under way fail with it, and the next one opens another session.
  session.on('error', () => undefined);
  session.once('connect', () => {
    // Node.js 24 also says so of a session whose socket has failed at once, and such a call then throws.
    if (session.destroyed) return;
    session.setLocalWindowSize(WINDOW_BYTES);
    // A call under way keeps the process alive, an idle connection does not.
    session.unref();
  });
  return session;
}

function startSession(address: Address, security: TransportSecurity): ClientHttp2Session {
  const authority = `${security ? 'https' : 'http'}://${security?.serverName ?? 'localhost'}`;
  const options = {
    createConnection: () => openSocket(address, security),
    settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
    // The host decides how much is under way.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  };
  try {
    return connectHttp2(authority, options);
  } catch (error) {
    // Node.js checks an address before it dials.
    throw new RpcError(status.UNAVAILABLE, `cannot connect to the host: ${reasonOf(error)}`);
  }
}

function openSocket({ network, address }: Address, security: TransportSecurity): Socket {
  const colon = address.lastIndexOf(':');
  const destination =
    network === 'unix'
      ? { path: address }
      : { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
  if (!security) return connectSocket(destination);
  const { trusted, key, certificate, serverName } = security;
  return connectTls({
    ...destination,
    ca: trusted,
    key: key.reveal(),
    cert: certificate,
    servername: serverName,
    ALPNProtocols: ['h2'],
  });
}
