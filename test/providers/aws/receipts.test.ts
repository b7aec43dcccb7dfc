import { CreateAliasCommand, CreateKeyCommand, DescribeKeyCommand, UpdateAliasCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { administrator, makeVersion, REGION, setUp, type Bench } from './harness.ts';
import { create, idIn, importMaterial, enable, disable, observe, remove, setCurrent, removeName } from '../calls.ts';
import { material, NAME } from '../target.ts';
import { HOME } from '../../../src/providers/step.ts';

const AT_HOME = { of: 'version', version: 1, place: HOME } as const;
const ALIAS = `alias/hashicorp/${NAME}`;

/** The request id that the KMS logged for the last call of an action, as CloudTrail would. */
const idOf = ({ kms }: Bench, action: string): string | undefined =>
  kms.calls().findLast((call) => call.action === action)?.requestId;

describe('receipt of a change', () => {
  it('has the request ID that the KMS logged', async () => {
    const bench = await setUp();
    const created = await create(bench);
    const id = idIn(created);
    expect(id).toBe(bench.kms.keys(REGION)[0]?.id);
    expect(created).toEqual({
      changed: true,
      requestId: idOf(bench, 'CreateKey'),
      seen: [
        { of: 'account', account: '000000000000' },
        { of: 'version', version: 1, place: HOME, id, state: 'created' },
      ],
    });
    const seen = async (action: string, receipt: Promise<unknown>): Promise<void> => {
      expect(await receipt, action).toMatchObject({ changed: true, requestId: idOf(bench, action) });
    };
    await seen(
      'ImportKeyMaterial',
      importMaterial(bench, 1, id, () => material()),
    );
    await seen('CreateAlias', setCurrent(bench, 1, id, { owned: false, ours: [id] }));
    await seen('UpdateAlias', setCurrent(bench, 1, id, { owned: true, ours: [id] }));
    await seen('DisableKey', disable(bench, id));
    await seen('EnableKey', enable(bench, id));
    await seen('DeleteAlias', removeName(bench, [id]));
    await seen('ScheduleKeyDeletion', remove(bench, id));
  });

  it('of an import names the wrapping and the material, as the KMS key shows it afterwards', async () => {
    const bench = await setUp();
    const id = idIn(await create(bench));
    const { imported } = await importMaterial(bench, 1, id, () => material());
    const { KeyMetadata } = await administrator(bench).send(new DescribeKeyCommand({ KeyId: id }));
    const { CurrentKeyMaterialId: materialId, Arn: resource, AWSAccountId: account, CreationDate } = KeyMetadata ?? {};
    expect(materialId).toMatch(/^[0-9a-f]{64}$/);
    expect(imported).toEqual({
      wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      wrappingKeySpec: 'RSA_4096',
      materialId,
    });
    const created = CreationDate?.toISOString();
    const facts = { resource, account, origin: 'EXTERNAL', materialId, created };
    expect(await observe(bench, id)).toEqual({ ...AT_HOME, id, state: 'enabled', facts });
  });

  it('reports changed: false if nothing had to change', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    expect(await removeName(bench, [id])).toEqual({
      changed: false,
      seen: [{ of: 'name', place: HOME, points: 'removed' }],
    });
    await remove(bench, id);
    expect(await remove(bench, id)).toEqual({ changed: false, seen: [{ ...AT_HOME, state: 'removed' }] });
    const missing = '00000000-0000-4000-8000-000000000000';
    expect(await remove(bench, missing)).toEqual({ changed: false, seen: [{ ...AT_HOME, state: 'unknown' }] });
  });
});

describe('receipt of setCurrent', () => {
  const WINDOW_MS = 5 * 60_000;

  it('reports taken: false if the alias is created or moves from an earlier version', async () => {
    const bench = await setUp();
    const first = await makeVersion(bench, 1);
    const set = (id: string, ours: readonly string[], owned: boolean): Promise<unknown> =>
      setCurrent(bench, 1, id, { owned, ours });
    expect(await set(first, [first], false)).toMatchObject({ seen: [{ points: 1, taken: false }] });
    bench.advance(WINDOW_MS);
    const second = await makeVersion(bench, 2);
    expect(await set(second, [second, first], true)).toMatchObject({ seen: [{ points: 1, taken: false }] });
    // The answer of the last one was lost, say.
    expect(await set(second, [second, first], true)).toMatchObject({ seen: [{ points: 1, taken: false }] });
  });

  it('reports taken: true if the alias pointed to an unknown KMS key', async () => {
    const bench = await setUp();
    const first = await makeVersion(bench, 1);
    await setCurrent(bench, 1, first, { owned: false, ours: [first] });
    bench.advance(WINDOW_MS);
    const unknown = await administrator(bench).send(new CreateKeyCommand({}));
    await administrator(bench).send(
      new UpdateAliasCommand({ AliasName: ALIAS, TargetKeyId: unknown.KeyMetadata?.KeyId }),
    );
    const second = await makeVersion(bench, 2);
    const claim = { owned: true, ours: [second, first] };
    expect(await setCurrent(bench, 2, second, claim)).toMatchObject({ seen: [{ points: 2, taken: true }] });
  });

  it('reports taken: undefined if aliases cannot be listed or may be stale', async () => {
    const bench = await setUp({ allow: DOCUMENTED_PERMISSIONS.filter((action) => action !== 'ListAliases') });
    const first = await makeVersion(bench, 1);
    await setCurrent(bench, 1, first, { owned: false, ours: [first] });
    const second = await makeVersion(bench, 2);
    const claim = { owned: true, ours: [second, first] };
    const receipt = await setCurrent(bench, 2, second, claim);
    expect(receipt).toMatchObject({ changed: true, seen: [{ points: 2, taken: undefined }] });

    const other = await setUp();
    const recent = await makeVersion(other, 1);
    const unknown = await administrator(other).send(new CreateKeyCommand({}));
    await administrator(other).send(
      new CreateAliasCommand({ AliasName: ALIAS, TargetKeyId: unknown.KeyMetadata?.KeyId }),
    );
    const next = await makeVersion(other, 2);
    const claimed = { owned: true, ours: [next, recent] };
    expect(await setCurrent(other, 2, next, claimed)).toMatchObject({ seen: [{ points: 2, taken: undefined }] });
  });
});
