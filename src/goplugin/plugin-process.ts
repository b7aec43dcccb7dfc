import { chmodSync, chownSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Writable } from 'node:stream';

/** Environment variables, as `process.env` gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The signals that a plugin treats in its own way. */
export type PluginSignal = 'SIGINT' | 'SIGTERM';

/** Everything that a plugin does to the process it runs in; injected, so that tests can run one inside their own. */
export interface PluginProcess {
  readonly env: Environment;
  /** Arguments of the plugin, without the program. */
  readonly args: readonly string[];
  readonly platform: NodeJS.Platform;
  readonly temporaryDirectory: string;
  /** Writes at once, and returns when the text is out. @throws {Error} when nobody reads it */
  readonly writeStdout: (text: string) => void;
  /** The same, but drops what nobody reads. */
  readonly writeStderr: (text: string) => void;
  exit(code: number): void;
  onSignal(signal: PluginSignal, listener: () => void): void;
  /** An exception or rejection that nothing caught; the process must not go on. */
  onFault(listener: (error: unknown) => void): void;
  /** Gives what anything prints to stdout or by `console`, and Node's warnings, to `sink`, a text at a time. */
  divertOutput(sink: (text: string) => void): void;
  /** Keeps files that are made from now on to the user. */
  restrictFileMode(): void;
  /** Gives a socket to a group, by name or number, and lets the group connect. */
  shareWithGroup(path: string, group: string): void;
  removeFile(path: string): void;
}

/** The process of Node itself. */
export function nodeProcess(): PluginProcess {
  return {
    env: process.env,
    args: process.argv.slice(2),
    platform: process.platform,
    temporaryDirectory: tmpdir(),
    writeStdout: (text) => {
      if (!writeFully(1, text)) throw new Error('the host does not read what the plugin prints');
    },
    writeStderr: (text) => {
      writeFully(2, text);
    },
    exit: (code) => process.exit(code),
    onSignal: (signal, listener) => process.on(signal, listener),
    onFault: (listener) => {
      process.on('uncaughtException', listener);
      process.on('unhandledRejection', listener);
    },
    divertOutput,
    restrictFileMode: () => process.umask(0o077),
    shareWithGroup: (path, group) => {
      chownSync(path, -1, groupId(group));
      chmodSync(path, 0o660);
    },
    removeFile: (path) => {
      rmSync(path, { force: true });
    },
  };
}

/** How long a full pipe may hold the process up before a text is given up, in steps of 1 ms. */
const MAX_WAITS = 1_000;

/**
 * Writes all of the text before it returns: a line that is logged just before `exit` must arrive. Where the reader is
 * gone the text is dropped.
 *
 * @returns whether all of it is out
 */
function writeFully(fd: number, text: string): boolean {
  let rest: Uint8Array = Buffer.from(text, 'utf8');
  let waits = 0;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      // The pipe is non-blocking when another process has made it so.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || ++waits > MAX_WAITS) return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  return true;
}

function divertOutput(sink: (text: string) => void): void {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      sink(chunk.toString().trimEnd());
      done();
    },
  });
  // The getter would open the pipe and make it non-blocking, for the host's end too.
  Object.defineProperty(process, 'stdout', { configurable: true, enumerable: true, value: stream });
  globalThis.console = new console.Console({ stdout: stream, stderr: stream });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    sink(`${warning.name}: ${warning.message}`);
  });
}

// Node has no getgrnam; groups that are not in the file (LDAP) have to be given by number.
function groupId(group: string): number {
  if (/^\d+$/.test(group)) return Number(group);
  const entries = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const id = entries.find(([name]) => name === group)?.[2];
  if (!id) throw new Error(`no group "${group}" in /etc/group; give PLUGIN_UNIX_SOCKET_GROUP as a number`);
  return Number(id);
}
