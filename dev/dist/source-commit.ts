import { fileURLToPath } from 'node:url';
import { runCommand } from '../servers/run-command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The state of the sources that something is built from. */
export interface SourceCommit {
  /** Hash of the commit; undefined outside of a git repository. */
  readonly commit: string | undefined;
  /** Whether files differ from it. */
  readonly modified: boolean;
  /** When it was committed, ISO 8601 in UTC; the only time in an artefact. */
  readonly committed: string | undefined;
}

export async function sourceCommit(): Promise<SourceCommit> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    const { code, stdout } = await runCommand('git', ['-C', ROOT, ...args]).catch(() => ({ code: 1, stdout: '' }));
    return code === 0 ? stdout.trim() : undefined;
  };
  const seconds = await git('show', '--no-patch', '--format=%ct', 'HEAD');
  return {
    commit: await git('rev-parse', 'HEAD'),
    modified: (await git('status', '--porcelain')) !== '',
    committed: seconds === undefined ? undefined : new Date(Number(seconds) * 1000).toISOString(),
  };
}
