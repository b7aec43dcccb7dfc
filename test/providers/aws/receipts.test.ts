import { CreateAliasCommand, CreateKeyCommand, UpdateAliasCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { administrator, makeVersion, material, noMaterial, setUp, target, type Bench } from './harness.ts';

const NAME = 'k-1700000000';
const ALIAS = `alias/hashicorp/${NAME}`;

/** The request id that the KMS logged for the last call of an action, as CloudTrail would. */
const idOf = ({ kms }: Bench, action: string): string | undefined =>
  kms.calls().findLast((call) => call.action === action)?.requestId;

describe('the receipt of a change', () => {
  it('carries the request id that the KMS logged', async () => {
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

  it('says that nothing had to be changed', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    expect(await bench.client.removeName(NAME, [id], bench.signal)).toEqual({ changed: false });
    await bench.client.removeVersion(id, bench.signal);
    expect(await bench.client.removeVersion(id, bench.signal)).toEqual({ outcome: 'removed', changed: false });
    const missing = '00000000-0000-4000-8000-000000000000';
    expect(await bench.client.removeVersion(missing, bench.signal)).toEqual({ outcome: 'unknown', changed: false });
  });
});

describe('the receipt of a name', () => {
  const WINDOW_MS = 5 * 60_000;

  it('does not call it taken when it is made, or moves from an earlier version', async () => {
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

  it('calls it taken when it pointed to a KMS key that is not ours', async () => {
    const bench = await setUp();
    const first = await makeVersion(bench, 1);
    await bench.client.setCurrent(target(1), first, { owned: false, ours: [first] }, bench.signal);
    bench.advance(WINDOW_MS);
    const stranger = await administrator(bench).send(new CreateKeyCommand({}));
    await administrator(bench).send(
      new UpdateAliasCommand({ AliasName: ALIAS, TargetKeyId: stranger.KeyMetadata?.KeyId }),
    );
    const second = await makeVersion(bench, 2);
    const claim = { owned: true, ours: [second, first] };
    expect(await bench.client.setCurrent(target(2), second, claim, bench.signal)).toMatchObject({ taken: true });
  });

  it('says that nobody knows where aliases may not be listed, or their lists may lag behind', async () => {
    const bench = await setUp({ allow: DOCUMENTED_PERMISSIONS.filter((action) => action !== 'ListAliases') });
    const first = await makeVersion(bench, 1);
    await bench.client.setCurrent(target(1), first, { owned: false, ours: [first] }, bench.signal);
    const second = await makeVersion(bench, 2);
    const claim = { owned: true, ours: [second, first] };
    const receipt = await bench.client.setCurrent(target(2), second, claim, bench.signal);
    expect(receipt).toMatchObject({ changed: true, taken: undefined });

    const other = await setUp();
    const young = await makeVersion(other, 1);
    const stranger = await administrator(other).send(new CreateKeyCommand({}));
    await administrator(other).send(
      new CreateAliasCommand({ AliasName: ALIAS, TargetKeyId: stranger.KeyMetadata?.KeyId }),
    );
    const next = await makeVersion(other, 2);
    const claimed = { owned: true, ours: [next, young] };
    expect((await other.client.setCurrent(target(2), next, claimed, other.signal)).taken).toBeUndefined();
  });
});
