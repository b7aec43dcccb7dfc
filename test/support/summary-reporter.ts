import type { Reporter, TestModule } from 'vitest/node';
import { RELEASES } from '../../dev/servers/releases.ts';
import { displayName } from '../../dev/servers/server-binary.ts';

/** Closes the run with the one line that CI reads, `N passed, N failed[, N skipped]`, and the servers before it. */
class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const servers = new Set<string>();
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      // A file that cannot be loaded holds no tests, yet it is a failure.
      count.failed += module.errors().length;
      // So is a suite whose set-up fails: its tests are only skipped.
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        const { onServer } = test.meta();
        if (onServer !== undefined) servers.add(onServer.server);
        if (state === 'passed') count.passed++;
        else if (state === 'failed') count.failed++;
        else count.skipped++;
      }
    }
    if (servers.size > 0) {
      const others = RELEASES.map(displayName).filter((name) => !servers.has(name));
      const rest = others.length > 0 ? `; make test-hosts runs on ${others.join(', ')} as well` : '';
      process.stdout.write(`\nEnd-to-end tests on ${[...servers].sort().join(', ')}${rest}\n`);
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`);
  }
}

// Vitest loads a custom reporter by its default export.
// eslint-disable-next-line no-restricted-syntax
export default SummaryReporter;
