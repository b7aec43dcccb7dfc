import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { cacheFolder } from '../../dev/servers/cached-binary.ts';
import { runCommand } from '../../dev/servers/run-command.ts';

const INSTALL_MS = 5 * 60_000;

/** The folder of a venv's commands, or why this machine cannot have it. */
export type Venv = { readonly bin: string; readonly missing?: undefined } | { readonly missing: string };

/**
 * A Python venv in the cache that holds these packages; made the first time it is asked for, which needs python3 and a
 * package index.
 *
 * @param packages with their versions, `hvac==2.4.0` say
 */
export async function pythonVenv(name: string, packages: readonly string[]): Promise<Venv> {
  const hash = createHash('sha256').update(packages.join()).digest('hex').slice(0, 8);
  const cache = cacheFolder(process.env);
  const folder = join(cache, `venv-${name}-${hash}`);
  // Written last, so that a venv without it is an unfinished one.
  const done = join(folder, 'installed');
  const lock = `${folder}.lock`;
  const end = Date.now() + INSTALL_MS;
  mkdirSync(cache, { recursive: true });
  while (!existsSync(done)) {
    if (takeLock(lock)) {
      try {
        const missing = existsSync(done) ? undefined : await install(folder, packages);
        if (missing !== undefined) return { missing };
        writeFileSync(done, '');
      } finally {
        rmSync(lock, { recursive: true, force: true });
      }
    }
    if (Date.now() > end) return { missing: 'another process does not finish installing it' };
    if (!existsSync(done)) await setTimeout(250);
  }
  return { bin: join(folder, 'bin') };
}

/** Test files run side by side, and more than one needs it. A lock that is too old is of a process that was killed. */
function takeLock(lock: string): boolean {
  const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  if (Date.now() - since > INSTALL_MS) rmSync(lock, { recursive: true, force: true });
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

async function install(folder: string, packages: readonly string[]): Promise<string | undefined> {
  rmSync(folder, { recursive: true, force: true });
  const steps = [
    ['python3', '-m', 'venv', folder],
    [join(folder, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', ...packages],
  ] as const;
  for (const [command, ...args] of steps) {
    try {
      const { code, stderr } = await runCommand(command, args);
      if (code !== 0) return `${command} ended with ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`;
    } catch (error) {
      return `${command} cannot be started: ${String(error)}`;
    }
  }
  return undefined;
}
