import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand, works } from '../../dev/servers/run-command.ts';

const SOURCE = fileURLToPath(new URL('oracle', import.meta.url));

/** Vault's own framework, ready to answer. */
export interface Oracle {
  /**
   * Asks one question, written as JSON so that numbers arrive as they were written.
   *
   * @throws {Error} with what the process said when it ended instead of answering
   */
  ask(question: string): Promise<unknown>;
  /** Ends the process and removes what was built. */
  close(): Promise<void>;
}

/** Whether this machine has Go, which the oracle needs. */
export const hasGo = (): Promise<boolean> => works('go', ['version']);

/**
 * Builds `oracle/main.go` and starts it, once for all questions.
 *
 * @throws {Error} with what the compiler said
 */
export async function startOracle(): Promise<Oracle> {
  const folder = await mkdtemp(join(tmpdir(), 'framework-oracle-'));
  const binary = join(folder, 'oracle');
  // A workspace or flags of the user's must not change what is built.
  const env = { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off' };
  const { code, stderr } = await runCommand('go', ['build', '-buildvcs=false', '-o', binary, '.'], {
    cwd: SOURCE,
    env,
  });
  if (code !== 0) {
    await rm(folder, { recursive: true });
    throw new Error(`the oracle cannot be built:\n${stderr.trim().slice(-4000)}`);
  }
  const oracle = converse(binary);
  return {
    ask: (question) => oracle.ask(question),
    async close() {
      await oracle.close();
      await rm(folder, { recursive: true });
    },
  };
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** Talks to a process that answers each line with one line, in order. */
function converse(binary: string): Oracle {
  const child = spawn(binary, [], { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: Waiting[] = [];
  let said = '';
  let failure: Error | undefined;
  const fail = (reason: Error): void => {
    failure ??= reason;
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) waiting.shift()?.resolve((JSON.parse(line) as { answer: unknown }).answer);
  });
  // What is written to a process that has ended fails too; its end says more.
  child.stdin.on('error', () => undefined);
  child.once('error', fail);
  const ended = new Promise<void>((resolve) => {
    child.once('close', (code) => {
      fail(new Error(`the oracle ended with ${code ?? 'a signal'}: ${said.trim()}`));
      resolve();
    });
  });
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (failure) {
          reject(failure);
          return;
        }
        waiting.push({ resolve, reject });
        child.stdin.write(`{"ask":${question}}\n`);
      }),
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
