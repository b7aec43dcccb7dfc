import { expect, it } from 'vitest';
import { observe } from '../../src/keymgmt/reconcile/observe.ts';
import { inMemoryStorage, activeNode } from '../../src/logical/index.ts';
import type { KmsClient, VersionObservation } from '../../src/providers/port.ts';
import { known, ready } from '../support/records.ts';

const unreachable: VersionObservation = { outcome: 'unreachable', why: 'down' };
const enabled: VersionObservation = { outcome: 'seen', state: 'enabled' };

it.each<[string, readonly VersionObservation[], boolean]>([
  ['is asked for where the first version alone cannot be reached', [unreachable, enabled], true],
  ['is asked for where another one cannot be reached', [enabled, unreachable], true],
  ['is not asked for where nothing can be reached', [unreachable, unreachable], false],
  ['is asked for where there is no version to ask for', [], true],
])('the name %s', async (_title, answers, expected) => {
  let asked = false;
  const client = {
    observeVersion: async (id: string) => answers[Number(id)],
    observeName: async () => {
      asked = true;
      return { outcome: 'seen', remoteId: undefined };
    },
  } as unknown as KmsClient;
  const versions = Object.fromEntries(answers.map((_answer, index) => [index + 1, ready(String(index), true)]));
  const context = { storage: inMemoryStorage(), system: activeNode, signal: new AbortController().signal };
  const { name } = await observe(client, context, known(versions));
  expect(asked).toBe(expected);
  expect(name.outcome).toBe(expected ? 'seen' : 'unreachable');
});

it('a cloud that answers none of the first questions is not asked the others', async () => {
  let asked = 0;
  const client = {
    observeVersion: async () => {
      asked++;
      return unreachable;
    },
  } as unknown as KmsClient;
  const versions = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [index + 1, ready(String(index), true)]),
  );
  const context = { storage: inMemoryStorage(), system: activeNode, signal: new AbortController().signal };
  const seen = await observe(client, context, known(versions));
  expect(asked).toBe(8);
  expect([...seen.versions.values(), seen.name]).toEqual(Array.from({ length: 101 }, () => unreachable));
});
