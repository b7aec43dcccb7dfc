import { describe, expect, it } from 'vitest';
import type { Calls } from '../../../src/providers/aws/calls.ts';
import { awsClient } from '../../../src/providers/aws/client.ts';
import { failure, makeVersion, REGION, setUp, target } from './harness.ts';
import { DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { clockOf } from '../../support/clock.ts';

const NAME = 'k-1700000000';
const ALIAS = `alias/hashicorp/${NAME}`;

describe('an alias', () => {
  it('whose creation was never answered counts as set', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    bench.kms.faults.set(({ action, nth }) =>
      action === 'CreateAlias' && nth === 1 ? { when: 'after', drop: true } : undefined,
    );
    await bench.client.setCurrent(target(1), id, { owned: false, ours: [id] }, bench.signal);
    expect(bench.kms.aliases(REGION)).toEqual({ [ALIAS]: id });
  });

  it('whose deletion was never answered counts as gone', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    await bench.client.setCurrent(target(1), id, { owned: false, ours: [id] }, bench.signal);
    bench.kms.faults.set(({ action, nth }) =>
      action === 'DeleteAlias' && nth === 1 ? { when: 'after', drop: true } : undefined,
    );
    await bench.client.removeName(NAME, [id], bench.signal);
    expect(bench.kms.aliases(REGION)).toEqual({});
  });

  it('that was never made is removed without a word, and without a call to delete it', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    await bench.client.removeName(NAME, [id], bench.signal);
    expect(bench.kms.calls().map(({ action }) => action)).not.toContain('DeleteAlias');
  });

  it('of a CMK that is gone is removed already, and not waited for', async () => {
    const bench = await setUp();
    await bench.client.removeName(NAME, ['00000000-0000-4000-8000-000000000000'], bench.signal);
    expect(bench.waited()).toBe(0);
  });

  it('is found on a later page of the aliases of its CMK', async () => {
    // AWS may end a page anywhere, also with nothing on it.
    const pages = [['alias/a'], [], [ALIAS]];
    const listed: Pick<Calls, 'listAliases'> = {
      listAliases: async ({ Marker }) => {
        const at = Number(Marker ?? 0);
        const more = at + 1 < pages.length;
        return {
          Aliases: (pages[at] ?? []).map((AliasName) => ({ AliasName })),
          ...(more && { NextMarker: String(at + 1), Truncated: true }),
          $metadata: {},
        };
      },
    };
    const retry = { clock: clockOf(() => 0), random: () => 0.5, wait: async () => undefined };
    const client = awsClient(listed as Calls, { source: 'test', id: '' }, retry);
    expect(await client.observeName(NAME, ['id'], new AbortController().signal)).toEqual({
      outcome: 'seen',
      remoteId: 'id',
    });
  });

  it('is not known where the credentials may not list it, or nobody answers', async () => {
    const bench = await setUp({ allow: DOCUMENTED_PERMISSIONS.filter((action) => action !== 'ListAliases') });
    const id = await makeVersion(bench, 1);
    expect(await bench.client.observeName(NAME, [id], bench.signal)).toEqual({
      outcome: 'forbidden',
      why: expect.stringContaining('kms:ListAliases') as string,
    });
    bench.kms.faults.set(() => ({ when: 'before', drop: true }));
    expect(await bench.client.observeName(NAME, [id], bench.signal)).toMatchObject({ outcome: 'unreachable' });
  });

  it('ends the question with the reason of a signal that aborts', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    const reason = new Error('the request is over');
    const aborted = AbortSignal.abort(reason);
    await expect(bench.client.observeName(NAME, [id], aborted)).rejects.toBe(reason);
    await expect(bench.client.observeVersion(id, aborted)).rejects.toBe(reason);
  });

  it('is not made for a CMK that is gone', async () => {
    const bench = await setUp();
    const gone = '00000000-0000-4000-8000-000000000000';
    for (const owned of [true, false]) {
      const call = bench.client.setCurrent(target(1), gone, { owned, ours: [gone] }, bench.signal);
      expect((await failure(call)).reason).toBe('not_found');
    }
    expect(bench.kms.aliases(REGION)).toEqual({});
  });
});

describe('throttling of calls on a CMK', () => {
  it('is waited for, and given up with its reason', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    const error = { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 };
    bench.kms.faults.set(({ action, nth }) =>
      action === 'DisableKey' && nth < 4 ? { when: 'before', error } : undefined,
    );
    await bench.client.setEnabled(target(1), id, false, bench.signal);
    expect(bench.kms.keys(REGION)[0]?.state).toBe('Disabled');
    bench.kms.faults.set(() => ({ when: 'before', error }));
    const before = bench.waited();
    const call = bench.client.setEnabled(target(1), id, true, bench.signal);
    expect(await failure(call)).toMatchObject({ reason: 'throttled', call: 'EnableKey' });
    // Vault's clients wait a minute for an answer.
    expect(bench.waited() - before).toBeGreaterThan(20_000);
    expect(bench.waited() - before).toBeLessThan(60_000);
  });
});
