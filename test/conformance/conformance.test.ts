import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import { runCommand, works } from '../../dev/servers/run-command.ts';
import { allowing } from '../support/allowing.ts';
import { bundlePlugin as bundleTestPlugin, type BundledPlugin } from '../support/host/bundle.ts';
import { ECHO_PLUGIN } from '../support/host/use-plugin.ts';
import { inParallel } from '../support/in-parallel.ts';
import { GENERATIONS, MODULE, type Generation } from './generations.ts';
import { goTests, runGoSuite, type GoRun } from './go-suite.ts';

/** Where nothing listens: the suite's accounts lead there. */
const CLOSED = 'http://127.0.0.1:9';

/** The modules of all generations may have to be fetched and compiled first. */
const COLD_MS = 20 * 60_000;

if (await works('go', ['version'])) {
  const suites = await Promise.all(
    GENERATIONS.map(async (generation) => ({ generation, tests: await goTests(generation) })),
  );
  let folder: string;
  let echo: BundledPlugin;
  const runs = new Map<Generation, GoRun>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    const keymgmt = join(folder, 'keymgmt');
    await bundlePlugin(keymgmt);
    echo = await bundleTestPlugin(ECHO_PLUGIN);
    const env = {
      CONFORMANCE_KEYMGMT: keymgmt,
      CONFORMANCE_ECHO: echo.path,
      ...allowing(CLOSED),
      CONFORMANCE_VERSION: `v${packageJson.version}`,
      // Old clients kill the plugin, whose sockets stay.
      TMPDIR: folder,
    };
    // Two, as one alone mostly waits for the plugin.
    await inParallel(2, GENERATIONS, async (generation) => {
      runs.set(generation, await runGoSuite(generation, env));
    });
  }, COLD_MS);
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await echo.remove();
  });

  describe.each(suites)(
    "the plugin with HashiCorp's client $generation.sdk ($generation.server)",
    ({ generation, tests }) => {
      it.each(tests)('%s', (name) => {
        const run = runs.get(generation);
        const { outcome, output } = run?.results.get(name) ?? {
          outcome: 'fail',
          output: `not run: ${run?.output ?? ''}`,
        };
        if (outcome !== 'pass') expect.fail(output);
      });

      it('ends as well as its tests', () => {
        const run = runs.get(generation);
        expect(run?.code, run?.output).toBe(0);
      });
    },
  );

  it(
    'is in Go that gofmt and go vet have no remarks on',
    async () => {
      const format = await runCommand('gofmt', ['-l', '.'], { cwd: MODULE });
      expect(format.stdout + format.stderr).toBe('');
      const vet = await runCommand('go', ['vet', '-tags=snapshots', './...'], { cwd: MODULE });
      expect(vet.stderr).toBe('');
    },
    COLD_MS,
  );
} else {
  it.skip("the plugin with HashiCorp's clients: Go, which compiles them, is not installed (https://go.dev/dl)");
}
