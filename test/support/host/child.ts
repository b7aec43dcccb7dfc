import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One line of the plugin's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly '@level': string; readonly '@message': string };

/** The plugin's process, as its host sees it. */
export interface PluginChild {
  readonly pid: number;
  /** Everything printed so far. */
  stdout(): string;
  stderr(): string;
  /** The same, byte by byte. */
  printed(): readonly { readonly where: 'stdout' | 'stderr'; readonly text: Buffer }[];
  /** The lines of stderr that are JSON. */
  logs(): readonly LogLine[];
  /** Resolves once a line with this message, and these fields, is in the log. */
  logged(message: string, fields?: Readonly<Record<string, unknown>>): Promise<LogLine>;
  /** Resolves when the process is reaped and both pipes have ended. */
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
}

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Starts a process and collects what it prints. */
export function startChild({ command, args, env, cwd }: ChildOptions): PluginChild & { firstLine(): Promise<string> } {
  const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  const bytes = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const watchers = new Set<() => void>();
  const follow = (name: 'stdout' | 'stderr'): void => {
    const decoder = new StringDecoder('utf8');
    child[name].on('data', (chunk: Buffer) => {
      bytes[name].push(chunk);
      printed[name] += decoder.write(chunk);
      for (const watcher of watchers) watcher();
    });
  };
  follow('stdout');
  follow('stderr');
  const exited = once(child, 'close').then(([code, signal]: unknown[]) => ({ code, signal }) as Exit);

  const until = async <T>(what: string, probe: () => T | undefined): Promise<T> => {
    const gone = exited.then(({ code, signal }) => {
      throw new Error(`${what}: the plugin exited with ${String(code ?? signal)}; its stderr:\n${printed.stderr}`);
    });
    gone.catch(() => undefined);
    let watcher: () => void = () => undefined;
    const seen = new Promise<T>((resolve) => {
      watcher = () => {
        const value = probe();
        if (value !== undefined) resolve(value);
      };
    });
    watchers.add(watcher);
    watcher();
    return Promise.race([seen, gone]).finally(() => watchers.delete(watcher));
  };

  const logs = (): LogLine[] => printed.stderr.split('\n').flatMap((line) => parseLine(line) ?? []);
  return {
    pid: pidOf(child),
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    printed: () => (['stdout', 'stderr'] as const).map((where) => ({ where, text: Buffer.concat(bytes[where]) })),
    logs,
    logged: (message, fields = {}) => {
      const wanted = Object.entries({ '@message': message, ...fields });
      const isWanted = (line: LogLine): boolean => wanted.every(([name, value]) => line[name] === value);
      return until(`log line "${message}"`, () => logs().find(isWanted));
    },
    exited,
    kill: (signal) => child.kill(signal),
    firstLine: () => until('handshake', () => /^.*\n/.exec(printed.stdout)?.[0]),
  };
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`cannot start ${child.spawnfile}`);
  return child.pid;
}

function parseLine(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
