import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callRegistry } from '../../src/goplugin/call-registry.ts';
import { selfSignedCertificate } from '../../src/goplugin/certificate.ts';
import { grpcServer, type GrpcServer } from '../../src/goplugin/grpc-server.ts';
import { listen, type Listener } from '../../src/goplugin/listener.ts';
import { frameOf } from '../../src/goplugin/message-frame.ts';
import { nodeProcess } from '../../src/goplugin/plugin-process.ts';
import { healthHandlers } from '../../src/goplugin/services.ts';
import type { TransportSecurity } from '../../src/goplugin/transport-security.ts';
import { goPluginServices } from '../../src/goplugin/wire.ts';
import { systemClock } from '../../src/support/clock.ts';
import { silentLogger } from '../../src/support/logger.ts';

const { health } = goPluginServices();

let folder: string;
let listener: Listener;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gp-'));
  listener = await listen({ ...nodeProcess(), env: { PLUGIN_UNIX_SOCKET_DIR: folder } });
});
afterEach(() => {
  listener.close();
  rmSync(folder, { recursive: true, force: true });
});

function server(security: TransportSecurity): GrpcServer {
  const handlers = healthHandlers(callRegistry(silentLogger));
  return grpcServer([{ definition: health, handlers }], security, systemClock);
}

/** A host's session, with TLS where a certificate is given that both sides use. */
function hostSession(security: TransportSecurity): ClientHttp2Session {
  const path = listener.address.address;
  const createConnection = (): Socket => {
    if (!security) return connectSocket(path);
    const { certificate, key } = security;
    const identity = { ca: certificate, cert: certificate, key: key.reveal() };
    return connectTls({ path, ...identity, servername: 'localhost', ALPNProtocols: ['h2'] });
  };
  return connect(`${security ? 'https' : 'http'}://localhost`, { createConnection });
}

/** @returns the status of the health check */
async function check(session: ClientHttp2Session): Promise<unknown> {
  const stream = session.request({ ':method': 'POST', ':path': health.Check.path, 'content-type': 'application/grpc' });
  const trailers = once(stream, 'trailers');
  stream.end(frameOf(health.Check.requestSerialize({})));
  stream.resume();
  const [{ 'grpc-status': status }] = (await trailers) as [Record<string, unknown>];
  return status;
}

const identity = selfSignedCertificate(systemClock);
const MUTUAL: TransportSecurity = { ...identity, trusted: identity.certificate, serverName: 'localhost' };

describe.each([
  ['TLS', MUTUAL],
  ['plaintext', undefined],
])('a connection with %s', (_name, security) => {
  it('is served when it has come, and sent, before there is a server', async () => {
    const session = hostSession(security);
    const answer = check(session);
    // Whatever is waiting is handed over at once, so the server comes when the first bytes are in.
    const early: Socket[] = [];
    listener.handOver((connection) => early.push(connection));
    await expect.poll(() => early[0]?.readableLength).toBeGreaterThan(0);
    const grpc = server(security);
    early.forEach(grpc.serve);
    expect(await answer).toBe('0');
    session.destroy();
    grpc.abandon();
  });

  it('is handed over when it comes later', async () => {
    const grpc = server(security);
    listener.handOver(grpc.serve);
    const session = hostSession(security);
    expect(await check(session)).toBe('0');
    session.destroy();
    grpc.abandon();
  });
});

describe('a listener that closes', () => {
  it('drops the connections that nobody has taken, and removes its socket', async () => {
    const socket = connectSocket(listener.address.address);
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    socket.resume();
    // The turn in which the listener takes it.
    await new Promise((resolve) => setImmediate(resolve));
    listener.close();
    await ended;
    expect(readdirSync(folder)).toEqual([]);
  });
});
