import { defineConfig } from 'vitest/config';

// The tests that judge the planner, the executor and the crypto, without servers and processes.
export default defineConfig({
  test: {
    include: ['test/keymgmt/**/*.test.ts', 'test/property/**/*.test.ts', 'test/crypto/**/*.test.ts'],
    // RSA keys take their time on a busy machine.
    testTimeout: 30_000,
    env: { PROPERTY_RUNS: '150', PROPERTY_SEED: '20260101' },
  },
});
