import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePorts } from '../../dev/servers/free-ports.ts';
import { runCommand } from '../../dev/servers/run-command.ts';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { ALICE } from './client.ts';
import type { KmsUnderTest } from './contract.ts';

const VERSION = '1.5.33';
const VENV = join(import.meta.dirname, '../../.cache', `ministack-${VERSION}`);
// Written last, so that a venv without it is an unfinished one.
const DONE = join(VENV, 'installed');
const LOCK = `${VENV}.lock`;
const INSTALL_MS = 5 * 60_000;

/** Makes a venv with ministack (MIT, PyPI) once; undefined when it is there, else why it is not. */
export async function installMinistack(): Promise<string | undefined> {
  const end = Date.now() + INSTALL_MS;
  while (!existsSync(DONE)) {
    if (takeLock()) {
      try {
        return existsSync(DONE) ? undefined : await install();
      } finally {
        rmSync(LOCK, { recursive: true, force: true });
      }
    }
    if (Date.now() > end) return 'another process does not finish installing it';
    await setTimeout(250);
  }
  return undefined;
}

/** Test files run side by side, and more than one needs it. A lock that is too old is of a process that was killed. */
function takeLock(): boolean {
  mkdirSync(dirname(LOCK), { recursive: true });
  const since = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  if (Date.now() - since > INSTALL_MS) rmSync(LOCK, { recursive: true, force: true });
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    return false;
  }
}

async function install(): Promise<string | undefined> {
  rmSync(VENV, { recursive: true, force: true });
  const steps = [
    ['python3', '-m', 'venv', VENV],
    [join(VENV, 'bin/pip'), 'install', '--quiet', `ministack==${VERSION}`, 'cryptography'],
  ] as const;
  for (const [command, ...args] of steps) {
    try {
      const { code, stderr } = await runCommand(command, args);
      if (code !== 0) return `${command} ended with ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`;
    } catch (error) {
      return `${command} cannot be started: ${String(error)}`;
    }
  }
  writeFileSync(DONE, '');
  return undefined;
}

/** Starts an installed ministack on a free loopback port, with nothing but KMS. */
export async function startMinistack(): Promise<KmsUnderTest> {
  const [port = 0] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'ministack-'));
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(join(VENV, 'bin/ministack'), [], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: `${join(VENV, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      SERVICES: 'kms',
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      TMPDIR: folder,
      S3_DATA_DIR: folder,
    },
  });
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil('ministack answers', async () => child.exitCode === null && (await answers(endpoint)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, credentials: ALICE, stop };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint);
    return true;
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
