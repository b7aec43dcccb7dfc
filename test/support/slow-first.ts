import { BaseSequencer } from 'vitest/node';

/**
 * The files that take half a minute and more, the slowest first; most of them wait for a server's clock. Vitest remembers
 * how long each file took, but not on a machine that runs them for the first time: it then starts the largest files first.
 */
const SLOW = [
  'test/e2e/restore.test.ts',
  'test/providers/aws/contract-ministack.test.ts',
  'test/conformance/conformance.test.ts',
  'test/e2e/crash.test.ts',
  'test/e2e/operations.test.ts',
  'test/e2e/gcp.test.ts',
  'test/monitoring/scrape.test.ts',
  'test/keymgmt/distribution-parts.test.ts',
  'test/ui/ui.test.ts',
  'test/examples/policies.test.ts',
  'test/docs/commands.test.ts',
];

/** Starts the files first that would otherwise go on when all others have ended. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]): ReturnType<BaseSequencer['sort']> {
    const rank = ({ moduleId }: (typeof files)[number]): number => {
      const place = SLOW.findIndex((file) => moduleId.endsWith(`/${file}`));
      return place === -1 ? SLOW.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
