import { CreateAliasCommand, CreateKeyCommand, UpdateAliasCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { administrator, makeVersion, material, noMaterial, setUp, target, type Bench } from './harness.ts';

const NAME = 'k-1700000000';
const ALIAS = `alias/hashicorp/${NAME}`;

/** The request id that the KMS logged for the last call of an action, as CloudTrail would. */
const idOf = ({ kms }: Bench, action: string): string | undefined =>
  kms.calls().findLast((call) => call.action === action)?.requestId;

describe('receipt of a change', () => {
  it('has the request ID that the KMS logged', async () => {
    const bench = await setUp();
    const { client, signal } = bench;
    const { remoteId: id, ...created } = await client.createVersion(target(1), noMaterial, signal);
    const account = '000000000000';
    expect(created).toEqual({ imported: false, account, changed: true, requestId: idOf(bench, 'CreateKey') });
    const seen = async (action: string, receipt: Promise<unknown>): Promise<void> => {
      expect(await receipt, action).toMatchObject({ changed: true, requestId: idOf(bench, action) });
    };
    await seen('ImportKeyMaterial', client.importMaterial(target(1), id, material(), signal));
    await seen('CreateAlias', client.setCurrent(target(1), id, { owned: false, ours: [id] }, signal));
    await seen('UpdateAlias', client.setCurrent(target(1), id, { owned: true, ours: [id] }, signal));
    await seen('DisableKey', client.setEnabled(target(1), id, false, signal));
    await seen('EnableKey', client.setEnabled(target(1), id, true, signal));
    await seen('DeleteAlias', client.removeName(NAME, [id], signal));
    await seen('ScheduleKeyDeletion', client.removeVersion(id, signal));
  });

  it('reports changed: false if nothing had to change', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    expect(await bench.client.removeName(NAME, [id], bench.signal)).toEqual({ changed: false });
    await bench.client.removeVersion(id, bench.signal);
    expect(await bench.client.removeVersion(id, bench.signal)).toEqual({ outcome: 'removed', changed: false });
    const missing = '00000000-0000-4000-8000-000000000000';
    expect(await bench.client.removeVersion(missing, bench.signal)).toEqual({ outcome: 'unknown', changed: false });
  });
});

describe('receipt of setCurrent', () => {
  const WINDOW_MS = 5 * 60_000;

  it('reports taken: false if the alias is created or moves from an earlier version', async () => {
    const bench = await setUp();
    const first = await makeVersion(bench, 1);
    const set = (id: string, ours: readonly string[], owned: boolean): Promise<unknown> =>
      bench.client.setCurrent(target(1), id, { owned, ours }, bench.signal);
    expect(await set(first, [first], false)).toMatchObject({ taken: false });
    bench.advance(WINDOW_MS);
    const second = await makeVersion(bench, 2);
    expect(await set(second, [second, first], true)).toMatchObject({ taken: false });
    // The answer of the last one was lost, say.
    expect(await set(second, [second, first], true)).toMatchObject({ taken: false });
  });

  it('reports taken: true if the alias pointed to an unknown KMS key', async () => {
    const bench = await setUp();
    const first = await makeVersion(bench, 1);
    await bench.client.setCurrent(target(1), first, { owned: false, ours: [first] }, bench.signal);
    bench.advance(WINDOW_MS);
    const unknown = await administrator(bench).send(new CreateKeyCommand({}));
    await administrator(bench).send(
      new UpdateAliasCommand({ AliasName: ALIAS, TargetKeyId: unknown.KeyMetadata?.KeyId }),
    );
    const second = await makeVersion(bench, 2);
    const claim = { owned: true, ours: [second, first] };
    expect(await bench.client.setCurrent(target(2), second, claim, bench.signal)).toMatchObject({ taken: true });
  });

  it('reports taken: undefined if aliases cannot be listed or may be stale', async () => {
    const bench = await setUp({ allow: DOCUMENTED_PERMISSIONS.filter((action) => action !== 'ListAliases') });
    const first = await makeVersion(bench, 1);
    await bench.client.setCurrent(target(1), first, { owned: false, ours: [first] }, bench.signal);
    const second = await makeVersion(bench, 2);
    const claim = { owned: true, ours: [second, first] };
    const receipt = await bench.client.setCurrent(target(2), second, claim, bench.signal);
    expect(receipt).toMatchObject({ changed: true, taken: undefined });

    const other = await setUp();
    const recent = await makeVersion(other, 1);
    const unknown = await administrator(other).send(new CreateKeyCommand({}));
    await administrator(other).send(
      new CreateAliasCommand({ AliasName: ALIAS, TargetKeyId: unknown.KeyMetadata?.KeyId }),
    );
    const next = await makeVersion(other, 2);
    const claimed = { owned: true, ours: [next, recent] };
    expect((await other.client.setCurrent(target(2), next, claimed, other.signal)).taken).toBeUndefined();
  });
});
