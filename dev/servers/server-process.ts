import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** A program that runs until it is stopped, its output in a file. */
export interface ServerProcess {
  readonly pid: number;
  readonly running: () => boolean;
  /** Asks it to end and waits until it has; ends it by force after `patience` milliseconds. */
  stop(patience?: number): Promise<void>;
}

/** Starts a program in `folder`. It is ended when this process ends, however that comes. */
export function startProcess(
  command: string,
  args: readonly string[],
  options: { readonly folder: string; readonly log: string; readonly env: NodeJS.ProcessEnv },
): ServerProcess {
  const log = openSync(options.log, 'a', 0o600);
  const child = spawn(command, args, {
    cwd: options.folder,
    env: options.env,
    stdio: ['ignore', log, log],
    // Ctrl-C in the terminal is for us: we stop it, in good order.
    detached: true,
  });
  closeSync(log);
  let running = true;
  const onExit = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', onExit);
  const ended = new Promise<void>((resolve) => {
    const settle = (): void => {
      running = false;
      process.removeListener('exit', onExit);
      resolve();
    };
    child.once('exit', settle).once('error', settle);
  });
  return {
    pid: child.pid ?? -1,
    running: () => running,
    async stop(patience = 15_000) {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(force);
    },
  };
}
