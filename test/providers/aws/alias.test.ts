import { CreateAliasCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import type { Calls } from '../../../src/providers/aws/calls.ts';
import { awsClient } from '../../../src/providers/aws/client.ts';
import { administrator, failure, makeVersion, REGION, setUp, type Bench } from './harness.ts';
import { DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { clockOf } from '../../support/clock.ts';
import { enable, disable, remove, setCurrent, removeName, observe, observeName } from '../calls.ts';
import { NAME, labelsOf } from '../target.ts';
import { HOME } from '../../../src/providers/step.ts';

const ALIAS = `alias/hashicorp/${NAME}`;

describe('alias', () => {
  it('is set after a lost response of CreateAlias', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    bench.kms.faults.set(({ action, nth }) =>
      action === 'CreateAlias' && nth === 1 ? { when: 'after', drop: true } : undefined,
    );
    await setCurrent(bench, 1, id, { owned: false, ours: [id] });
    expect(bench.kms.aliases(REGION)).toEqual({ [ALIAS]: id });
  });

  it('is removed after a lost response of DeleteAlias', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    await setCurrent(bench, 1, id, { owned: false, ours: [id] });
    bench.kms.faults.set(({ action, nth }) =>
      action === 'DeleteAlias' && nth === 1 ? { when: 'after', drop: true } : undefined,
    );
    await removeName(bench, [id]);
    expect(bench.kms.aliases(REGION)).toEqual({});
  });

  it('is not deleted if it does not exist', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    await removeName(bench, [id]);
    expect(bench.kms.calls().map(({ action }) => action)).not.toContain('DeleteAlias');
  });

  it('is treated as removed if the KMS key is not found', async () => {
    const bench = await setUp();
    await removeName(bench, ['00000000-0000-4000-8000-000000000000']);
    expect(bench.waited()).toBe(0);
  });

  it('is found on a later page of the aliases of its KMS key', async () => {
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
    const client = awsClient(listed as Calls, REGION, retry);
    expect(await observeName({ client, signal: new AbortController().signal }, ['id'])).toEqual({
      of: 'name',
      place: HOME,
      points: 1,
      id: 'id',
    });
  });

  it('is observed as forbidden or unreachable', async () => {
    const bench = await setUp({ allow: DOCUMENTED_PERMISSIONS.filter((action) => action !== 'ListAliases') });
    const id = await makeVersion(bench, 1);
    expect(await observeName(bench, [id])).toEqual({
      outcome: 'forbidden',
      why: expect.stringContaining('kms:ListAliases') as string,
    });
    bench.kms.faults.set(() => ({ when: 'before', drop: true }));
    expect(await observeName(bench, [id])).toMatchObject({ outcome: 'unreachable' });
  });

  it('rejects with the reason of an aborted signal', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    const reason = new Error('the request is over');
    const over = { client: bench.client, signal: AbortSignal.abort(reason) };
    await expect(observeName(over, [id])).rejects.toBe(reason);
    await expect(observe(over, id)).rejects.toBe(reason);
  });

  it('is not created for a KMS key that is not found', async () => {
    const bench = await setUp();
    const gone = '00000000-0000-4000-8000-000000000000';
    for (const owned of [true, false]) {
      const call = setCurrent(bench, 1, gone, { owned, ours: [gone] });
      expect((await failure(call)).reason).toBe('not_found');
    }
    expect(bench.kms.aliases(REGION)).toEqual({});
  });
});

describe('throttled call on a KMS key', () => {
  it('is retried within the budget, then fails as throttled', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    const error = { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 };
    bench.kms.faults.set(({ action, nth }) =>
      action === 'DisableKey' && nth < 4 ? { when: 'before', error } : undefined,
    );
    await disable(bench, id);
    expect(bench.kms.keys(REGION)[0]?.state).toBe('Disabled');
    bench.kms.faults.set(() => ({ when: 'before', error }));
    const before = bench.waited();
    const call = enable(bench, id);
    expect(await failure(call)).toMatchObject({ reason: 'throttled', call: 'EnableKey' });
    // Vault's clients wait a minute for an answer.
    expect(bench.waited() - before).toBeGreaterThan(20_000);
    expect(bench.waited() - before).toBeLessThan(60_000);
  });

  describe('on an unknown KMS key', () => {
    const labels = { ...labelsOf(2), 'vault-keymgmt-attempt': 'attempt-2' };
    const moved = async (allow?: readonly string[]): Promise<{ bench: Bench; first: string; second: string }> => {
      const bench = await setUp(allow && { allow });
      const [first, second] = [await makeVersion(bench, 1), await makeVersion(bench, 2)];
      await setCurrent(bench, 2, second, { owned: false, ours: [second] });
      return { bench, first, second };
    };

    it('is observed with its target ID and tags', async () => {
      const { bench, first, second } = await moved();
      expect(await observeName(bench, [first])).toEqual({
        of: 'name',
        place: HOME,
        points: 'stranger',
        holder: { remoteId: second, labels },
      });
    });

    it('is found by ListAliases with the documented permissions, without tags', async () => {
      const { bench, first, second } = await moved(DOCUMENTED_PERMISSIONS);
      expect(await observeName(bench, [first])).toEqual({
        of: 'name',
        place: HOME,
        points: 'stranger',
        holder: { remoteId: second, labels: undefined },
      });
    });

    it.each([
      ['one call where it is known', (first: string, second: string) => [first, second], ['ListAliases']],
      ['three calls where it is not', (first: string) => [first], ['ListAliases', 'DescribeKey', 'ListResourceTags']],
    ])('takes %s', async (_title, ours, calls) => {
      const { bench, first, second } = await moved();
      const before = bench.kms.calls().length;
      await observeName(bench, ours(first, second));
      const made = bench.kms.calls().slice(before);
      expect(made.map(({ action }) => action)).toEqual(calls);
    });
  });

  it('is listed by surveyNames across pages', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    const names = Array.from({ length: 30 }, (_, index) => `k-${index}`);
    for (const AliasName of [...names.map((name) => `alias/hashicorp/${name}`), 'alias/other']) {
      await administrator(bench).send(new CreateAliasCommand({ AliasName, TargetKeyId: id }));
    }
    const survey = await bench.client.surveyNames(bench.signal);
    expect(survey).toEqual({ outcome: 'seen', targets: new Map(names.map((name) => [name, id])) });
  });
});

describe('findByLabel', () => {
  it('returns KMS keys with their tags, except those pending deletion', async () => {
    const bench = await setUp();
    const [first, second, third] = [
      await makeVersion(bench, 1),
      await makeVersion(bench, 2),
      await makeVersion(bench, 3),
    ];
    await remove(bench, second);
    const { found, incomplete } = await bench.client.findByLabel('key_name', NAME, bench.signal);
    expect(incomplete).toBeUndefined();
    expect(new Set(found.map(({ remoteId }) => remoteId))).toEqual(new Set([first, third]));
    expect(found.find(({ remoteId }) => remoteId === first)?.labels).toMatchObject(labelsOf(1));
    expect(await bench.client.findByLabel('key_name', 'other', bench.signal)).toEqual({
      found: [],
      incomplete: undefined,
    });
  });

  it('reports an incomplete search if ListKeys is denied', async () => {
    const bench = await setUp({ allow: DOCUMENTED_PERMISSIONS });
    expect(await bench.client.findByLabel('key_name', NAME, bench.signal)).toEqual({
      found: [],
      incomplete: expect.stringMatching(/ListKeys/) as string,
    });
  });
});
