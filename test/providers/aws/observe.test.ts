import { expect, it } from 'vitest';
import type { Aliases } from '../../../src/providers/aws/aliases.ts';
import type { Calls } from '../../../src/providers/aws/calls.ts';
import { observeAll } from '../../../src/providers/aws/observe.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import type { Target } from '../../../src/providers/port.ts';

const down = (): never => {
  throw new ProviderError('unavailable', 'down', { call: 'DescribeKey' });
};
const enabled = (): { KeyMetadata: { KeyState: string } } => ({ KeyMetadata: { KeyState: 'Enabled' } });

/** Observes keys that answer like this, one after the other. */
async function observing(answers: readonly (() => unknown)[]): Promise<{
  seen: Awaited<ReturnType<typeof observeAll>>;
  keys: number;
  aliases: number;
}> {
  let keys = 0;
  let aliases = 0;
  const calls = { describeKey: async ({ KeyId }: { KeyId: string }) => (keys++, answers[Number(KeyId)]?.()) };
  const names = { observe: async () => (aliases++, { id: undefined }) };
  const ids = new Map(answers.map((_answer, index) => [index + 1, String(index)]));
  const target = { distributedName: 'k-1', ids: () => ids, ours: () => [...ids.values()] };
  const seen = await observeAll(
    { calls: calls as unknown as Calls, aliases: names as unknown as Aliases, region: 'us-west-1' },
    target as unknown as Target,
    new AbortController().signal,
  );
  return { seen, keys, aliases };
}

it.each<[string, readonly (() => unknown)[], boolean]>([
  ['is asked for where the first version alone cannot be reached', [down, enabled], true],
  ['is asked for where another one cannot be reached', [enabled, down], true],
  ['is not asked for where nothing can be reached', [down, down], false],
  ['is asked for where there is no version to ask for', [], true],
])('the alias %s', async (_title, answers, expected) => {
  const { seen, aliases } = await observing(answers);
  expect(aliases).toBe(expected ? 1 : 0);
  expect(seen.names).toMatchObject([expected ? { of: 'name', points: 'nowhere' } : { outcome: 'unreachable' }]);
});

it('an endpoint that answers none of the first questions is not asked the others', async () => {
  const { seen, keys } = await observing(Array.from({ length: 100 }, () => down));
  expect(keys).toBe(8);
  expect(seen.versions.map(({ version }) => version)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect([...seen.versions, ...seen.names]).toHaveLength(101);
  for (const each of [...seen.versions, ...seen.names])
    expect(each).toMatchObject({ outcome: 'unreachable', why: 'down' });
});
