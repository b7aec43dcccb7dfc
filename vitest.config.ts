import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // Tests with servers mostly wait; one worker for each core but one, as is the default, leaves small machines idle.
    maxWorkers: Math.max(3, availableParallelism()),
    hookTimeout: 120_000,
    reporters: ['default', './test/support/summary-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/generated/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
