import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, type Finished } from '../../dev/servers/run-command.ts';
import { MODULE, type Generation } from './generations.ts';

/** How a Go test ended, with all that it and its subtests printed. */
export interface GoResult {
  readonly outcome: 'pass' | 'fail' | 'skip';
  readonly output: string;
}

/** What came of a run. */
export interface GoRun {
  /** Exit code of `go test`: not 0 as well where a test binary dies after its last test. */
  readonly code: number;
  /** By the name of the test; subtests count with theirs. */
  readonly results: ReadonlyMap<string, GoResult>;
  /** What was printed outside of tests: the compiler's text, where it has one. */
  readonly output: string;
}

/** The fields of a line of `go test -json` that are read here (`go doc test2json`). */
interface GoEvent {
  readonly Action: string;
  readonly Test?: string;
  readonly Output?: string;
}

/** Names of the tests that a generation has, read from the sources: nothing is compiled. */
export async function goTests(generation: Generation): Promise<readonly string[]> {
  const { code, stdout, stderr } = await go(generation, ['list', '-find', '-f', '{{join .TestGoFiles "\\n"}}']);
  if (code !== 0) throw new Error(`go list failed:\n${stderr}`);
  const files = stdout.split('\n').filter((file) => file !== '');
  const sources = await Promise.all(files.map((file) => readFile(join(MODULE, 'suite', file), 'utf8')));
  const names = sources.map((source) => [...source.matchAll(/^func (Test\w+)\(t \*testing\.T\)/gm)]);
  return names.flat().map(([, name = '']) => name);
}

/**
 * Compiles the suite against a generation and runs it.
 *
 * @param env - the files of the plugins, beside the environment
 */
export async function runGoSuite(generation: Generation, env: NodeJS.ProcessEnv): Promise<GoRun> {
  const { code, stdout, stderr } = await go(generation, ['test', '-json', '-count=1', '-timeout=9m'], env);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  const output = new Map<string, string>();
  const results = new Map<string, GoResult>();
  for (const { Action, Test = '', Output = '' } of lines.map((line) => JSON.parse(line) as GoEvent)) {
    const [test = '', ...subtest] = Test.split('/');
    output.set(test, (output.get(test) ?? '') + Output);
    const ended = Action === 'pass' || Action === 'fail' || Action === 'skip';
    if (ended && test !== '' && subtest.length === 0) {
      results.set(test, { outcome: Action, output: output.get(test) ?? '' });
    }
  }
  return { code, results, output: `${output.get('') ?? ''}${stderr}` };
}

/** Runs `go` on the suite. */
function go(
  { modfile, tags }: Generation,
  [command = '', ...flags]: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const args = [command, `-modfile=${modfile}`, `-tags=${tags.join(',')}`, ...flags, './suite'];
  // A workspace or flags of the user's must not change what is tested.
  return runCommand('go', args, {
    cwd: MODULE,
    env: { ...process.env, ...env, GOFLAGS: '-mod=readonly', GOWORK: 'off', CGO_ENABLED: '0' },
  });
}
