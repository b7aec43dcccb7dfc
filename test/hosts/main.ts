/**
 * `make test-hosts`: runs the end-to-end tests on every release that the tests know, and writes docs/compatibility.md.
 * What is missing is fetched or compiled first.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { startVitest } from 'vitest/node';
import { getRelease } from '../../dev/servers/get-release.ts';
import { stderrProgress } from '../../dev/servers/progress.ts';
import { RELEASES } from '../../dev/servers/releases.ts';
import { displayName } from '../../dev/servers/server-binary.ts';
import { collectCases } from './collect-cases.ts';
import { compatibilityPage } from './compatibility-page.ts';
import { KNOWN_LIMITS } from './known-limits.ts';

const PAGE = 'docs/compatibility.md';
/** The titles of random tests tell their seed, and the page must not change with each run. */
const SEEDS = { CRASH_SEED: '1' };

for (const release of RELEASES) await getRelease(release, process.env, stderrProgress);

const vitest = await startVitest('test', ['test/e2e/'], {
  watch: false,
  env: { ...SEEDS, TEST_SERVERS: 'all' },
});
const modules = vitest.state.getTestModules();
const broken = [...vitest.state.getUnhandledErrors(), ...modules.flatMap((module) => module.errors())];
if (broken.length > 0 || modules.length === 0) {
  process.stderr.write(`Not all tests could run: ${PAGE} stays as it was\n`);
  process.exitCode = 1;
} else {
  const page = compatibilityPage(collectCases(modules), RELEASES.map(displayName), KNOWN_LIMITS);
  const formatted = await format(page, { ...(await resolveConfig(PAGE)), filepath: PAGE });
  const before = await readFile(PAGE, 'utf8').catch(() => '');
  await writeFile(PAGE, formatted);
  process.stderr.write(`${PAGE} ${formatted === before ? 'is as it was' : 'is written'}\n`);
}
await vitest.close();
