import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { SlowFirst } from './test/support/slow-first.ts';

/**
 * Tests that need more than Node.js and openssl: servers, emulators, Go, a plugin that is built and started as a
 * process of its own. All others are unit tests.
 */
const SYSTEM_TESTS = [
  'test/aws-kms/ministack.test.ts',
  'test/azure-key-vault/envelopes.test.ts',
  'test/conformance/**/*.test.ts',
  'test/dist/debian.test.ts',
  'test/dist/executable.test.ts',
  'test/dist/musl.test.ts',
  'test/dist/oci.test.ts',
  'test/dist/release.test.ts',
  'test/docs/commands.test.ts',
  'test/e2e/**/*.test.ts',
  'test/examples/hello-plugin.test.ts',
  'test/examples/containers.test.ts',
  'test/examples/clients.test.ts',
  'test/examples/iam-lint.test.ts',
  'test/examples/kubernetes.test.ts',
  'test/examples/policies.test.ts',
  'test/examples/terraform.test.ts',
  'test/framework/differential.test.ts',
  'test/gcp-kms/envelopes.test.ts',
  'test/goplugin/process.test.ts',
  'test/hosts/collect-cases.test.ts',
  'test/monitoring/**/*.test.ts',
  'test/hostile/**/*.test.ts',
  'test/providers/aws/contract-ministack.test.ts',
  'test/providers/aws/proxied-plugin.test.ts',
  'test/support-ring/proxy-rules-live.test.ts',
  'test/ui/**/*.test.ts',
  'test/vault/mount.test.ts',
  'test/vault/request.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: './test/support/shared-wrapping-keys.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          // src/ has no global state, so that files can share what their worker has imported, such as the AWS SDK.
          isolate: false,
          exclude: [...configDefaults.exclude, ...SYSTEM_TESTS],
        },
      },
      { extends: true, test: { name: 'system', include: SYSTEM_TESTS } },
    ],
    // Shared machines stand still for half a minute at times. What must end sooner is asserted by the test itself.
    testTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // Tests with servers mostly wait; one worker for each core but one, as is the default, leaves small machines idle.
    maxWorkers: Math.max(4, availableParallelism()),
    sequence: { sequencer: SlowFirst },
    hookTimeout: 240_000,
    reporters: ['default', './test/support/summary-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/generated/**'],
      reporter: ['text-summary', 'html'],
      // Of the unit tests, which `npm run coverage` runs; a little below what they reach.
      thresholds: { statements: 89, branches: 87, functions: 88, lines: 90 },
    },
  },
});
