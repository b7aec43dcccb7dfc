import { spawn } from 'node:child_process';

/** How a command ended. */
export interface Finished {
  /** Exit code; 128 for a command that a signal ended. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment. @default this process's own */
  readonly env?: NodeJS.ProcessEnv;
  /** Sees stderr as it comes. */
  readonly onStderr?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs a command to its end, without a shell and with an empty stdin.
 *
 * @throws {Error} when it cannot be started (`ENOENT` where there is no such command)
 */
export function runCommand(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const { cwd, env, signal } = options;
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(signal === undefined ? {} : { signal }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onStderr?.(text);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code: code ?? 128, stdout, stderr });
    });
  });
}

/** Whether a command can be started at all and answers `args` with success. */
export async function works(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    return (await runCommand(command, args, env === undefined ? {} : { env })).code === 0;
  } catch {
    return false;
  }
}
