import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../dev/servers/free-ports.ts';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { pythonVenv, type Venv } from '../support/python-venv.ts';
import { ALICE } from './client.ts';
import type { KmsUnderTest } from './contract.ts';

const VERSION = '1.5.33';
const venv = (): Promise<Venv> => pythonVenv('ministack', [`ministack==${VERSION}`, 'cryptography']);

/** It would make an RSA key for each import, of 4096 bits and a second of processor time: one of each size will do. */
const START = `
from functools import cache
from cryptography.hazmat.primitives.asymmetric import rsa
rsa.generate_private_key = cache(rsa.generate_private_key)
from ministack.app import main
main()
`;

/** Makes a venv with ministack (MIT, PyPI) once; undefined when it is there, else why it is not. */
export async function installMinistack(): Promise<string | undefined> {
  return (await venv()).missing;
}

/** Starts an installed ministack on a free loopback port, with nothing but KMS. */
export async function startMinistack(): Promise<KmsUnderTest> {
  const installed = await venv();
  if (installed.missing !== undefined) throw new Error(installed.missing);
  const { bin } = installed;
  const [port = 0] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'ministack-'));
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(join(bin, 'python'), ['-c', START], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
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
