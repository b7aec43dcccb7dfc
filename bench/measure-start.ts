import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { createInterface } from 'node:readline';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { selfSignedCertificate, type CertifiedKey } from '../src/goplugin/certificate.ts';
import { systemClock } from '../src/support/clock.ts';
import { BACKEND_COOKIE } from '../src/vault/serve.ts';
import { processCosts } from './process-costs.ts';

/** Measurements of one plugin start. */
export interface Start {
  /** From the start of the process to its handshake line, milliseconds. */
  readonly handshake: number;
  /** To the answer of the first call, when everything is loaded. */
  readonly answer: number;
  /** Processor time of the process until then. */
  readonly cpu: number;
  /** Resident memory one second later, megabytes; 0 without /proc. */
  readonly resident: number;
}

/** What a server is to the plugins that it starts. */
export interface StartingServer {
  /** That Vault 1.12 and later, and OpenBao, start a plugin in. */
  readonly env: NodeJS.ProcessEnv;
  readonly identity: CertifiedKey;
}

/** Makes a server with an identity of its own. */
export function startingServer(scratch: string): StartingServer {
  const identity = selfSignedCertificate(systemClock);
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    TMPDIR: scratch,
    [BACKEND_COOKIE.key]: BACKEND_COOKIE.value,
    PLUGIN_PROTOCOL_VERSIONS: '5',
    PLUGIN_CLIENT_CERT: identity.certificate,
    VAULT_VERSION: '1.21.1',
    VAULT_PLUGIN_METADATA_MODE: 'false',
    VAULT_PLUGIN_AUTOMTLS_ENABLED: 'true',
  };
  return { env, identity };
}

/** Idle time before memory is measured, so that start-up work after the handshake completes. */
const IDLE_MS = 1000;

/**
 * Starts a plugin as a server does, calls it, waits for the idle time, and stops it.
 *
 * @throws {Error} when it ends without a handshake
 */
export async function measureStart(command: string, server: StartingServer): Promise<Start> {
  const start = performance.now();
  const child = spawn(command, [], { env: server.env, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const line = await firstLine(child);
    const handshake = performance.now() - start;
    if (!line.startsWith('1|5|')) throw new Error(`${command} said "${line}", which is not a handshake`);
    const session = await firstCall(line, server.identity);
    const answer = performance.now() - start;
    const { cpu } = await processCosts([child.pid ?? -1]);
    await delay(IDLE_MS);
    const { resident } = await processCosts([child.pid ?? -1]);
    session.destroy();
    return { handshake, answer, cpu: cpu / 1000, resident };
  } finally {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
  }
}

/** Run time of an empty Node.js program, milliseconds: the lower bound of every start. */
export async function measureBareNode(): Promise<number> {
  const start = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - start;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('stdout is not a pipe');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the plugin ended without a handshake');
}

/** Asks for the plugin's health (grpc.health.v1), as the first call on a connection with mutual TLS. */
async function firstCall(handshake: string, { key, certificate }: CertifiedKey): Promise<ClientHttp2Session> {
  const [, , , path = '', , der = ''] = handshake.split('|');
  // Go plugins send it without padding, which OpenSSL does not take.
  const padded = Buffer.from(der, 'base64').toString('base64');
  const ca = `-----BEGIN CERTIFICATE-----\n${padded}\n-----END CERTIFICATE-----\n`;
  const identity = { key: key.reveal(), cert: certificate, ca, servername: 'localhost' };
  const session = connect('https://localhost', {
    createConnection: () => connectTls({ path, ...identity, ALPNProtocols: ['h2'] }),
  });
  const call = { ':method': 'POST', ':path': '/grpc.health.v1.Health/Check', 'content-type': 'application/grpc' };
  const stream = session.request(call);
  stream.end(Buffer.alloc(5));
  stream.resume();
  await once(stream, 'end');
  return session;
}
