import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { selfSignedCertificate } from '../src/goplugin/certificate.ts';
import { systemClock } from '../src/support/clock.ts';
import { BACKEND_COOKIE } from '../src/vault/serve.ts';

/** Measurements of one plugin start. */
export interface Start {
  /** From the start of the process to its handshake line, milliseconds. */
  readonly handshake: number;
  /** Resident memory one second later, megabytes; undefined without /proc. */
  readonly resident: number | undefined;
}

/** The environment that Vault 1.12 and later, and OpenBao, start a plugin in. */
export function startEnvironment(scratch: string): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    TMPDIR: scratch,
    [BACKEND_COOKIE.key]: BACKEND_COOKIE.value,
    PLUGIN_PROTOCOL_VERSIONS: '5',
    PLUGIN_CLIENT_CERT: selfSignedCertificate(systemClock).certificate,
    VAULT_VERSION: '1.21.1',
    VAULT_PLUGIN_METADATA_MODE: 'false',
    VAULT_PLUGIN_AUTOMTLS_ENABLED: 'true',
  };
}

/** Idle time before memory is measured, so that start-up work after the handshake completes. */
const IDLE_MS = 1000;

/**
 * Starts a plugin as a server does, waits for its handshake and the idle time, and stops it.
 *
 * @throws {Error} when it ends without a handshake
 */
export async function measureStart(command: string, env: NodeJS.ProcessEnv): Promise<Start> {
  const start = performance.now();
  const child = spawn(command, [], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const line = await firstLine(child);
    const handshake = performance.now() - start;
    if (!line.startsWith('1|5|')) throw new Error(`${command} said "${line}", which is not a handshake`);
    await delay(IDLE_MS);
    return { handshake, resident: await residentMegabytes(child.pid ?? -1) };
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

async function residentMegabytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}
