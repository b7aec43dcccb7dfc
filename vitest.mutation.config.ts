import { defineConfig } from 'vitest/config';

/** Tests of the mutated files alone. They are first, as what they find costs the least. */
const ALONE = ['test/clouds/planners.test.ts', 'test/crypto/*.test.ts', 'test/reconcile/*.test.ts'];

/** Tests of the whole engine whose subject is what the mutated files decide, and that are done within a second or two. */
const WHOLE = [
  'test/keymgmt/clock-set-back.test.ts',
  'test/keymgmt/distribute.test.ts',
  'test/keymgmt/endpoint-mismatch.test.ts',
  'test/keymgmt/interrupted-requests.test.ts',
  'test/keymgmt/kms-key-not-found.test.ts',
  'test/keymgmt/logging.test.ts',
  'test/keymgmt/orphans.test.ts',
  'test/keymgmt/refusals.test.ts',
  'test/keymgmt/request-budget.test.ts',
  'test/keymgmt/storage-failures.test.ts',
  'test/keymgmt/storage-writes.test.ts',
  'test/keymgmt/sync.test.ts',
  'test/property/*.test.ts',
];

// What `npm run mutation` judges src/ by. A test that is slow costs its time again for each mutant that it does not find.
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'whole', include: WHOLE, sequence: { groupOrder: 2 } } },
    ],
    // Files share what their worker has imported, such as the AWS SDK.
    isolate: false,
    maxWorkers: 1,
    // RSA keys take their time on a busy machine.
    testTimeout: 30_000,
    env: { PROPERTY_RUNS: '12', PROPERTY_SEED: '20260101' },
  },
});
