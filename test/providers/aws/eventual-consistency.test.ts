import { DeleteAliasCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import type { Fault, FaultCall } from '../../../dev/fake-cloud/faults.ts';
import { administrator, failure, makeVersion, REGION, setUp, type Bench } from './harness.ts';
import { create, createdId, find, importMaterial, disable, remove, setCurrent, removeName } from '../calls.ts';
import { material } from '../target.ts';

const ALIAS = 'alias/hashicorp/k-1700000000';

const refuse = (code: string, message = ''): Fault => ({ when: 'before', error: { code, message, status: 400 } });
/** The first calls of an action are refused. */
const first = (count: number, action: string, fault: Fault) => (call: FaultCall) =>
  call.action === action && call.nth <= count ? fault : undefined;
const stateOf = ({ kms }: Bench, id: string): string | undefined =>
  kms.keys(REGION).find((key) => key.id === id)?.state;
const count = ({ kms }: Bench, action: string): number => kms.calls().filter((call) => call.action === action).length;

const NOT_FOUND = refuse('NotFoundException', 'Key does not exist');
const PENDING_IMPORT = refuse('KMSInvalidStateException', 'arn:aws:kms:x is pending import.');

describe('KMS key within the consistency window', () => {
  it('is removed although it is not found at first', async () => {
    const bench = await setUp();
    const id = await createdId(bench, 1);
    bench.kms.faults.set(first(3, 'ScheduleKeyDeletion', NOT_FOUND));
    await remove(bench, id);
    expect(stateOf(bench, id)).toBe('PendingDeletion');
  });

  it('is not treated as removed if it is still not found', async () => {
    const bench = await setUp();
    const id = await createdId(bench, 1);
    bench.kms.faults.set(() => NOT_FOUND);
    expect((await failure(remove(bench, id))).reason).toBe('not_found');
    bench.advance(5 * 60_000);
    await remove(bench, id);
  });

  it('is removed after find although it is not found at first', async () => {
    const bench = await setUp();
    await create(bench, 1, 'lost');
    bench.advance(5 * 60_000);
    const found = await find(bench, 'lost');
    const id = (found.outcome === 'found' && found.candidates[0]?.id) || '';
    bench.kms.faults.set(first(3, 'ScheduleKeyDeletion', NOT_FOUND));
    await remove(bench, id);
    expect(stateOf(bench, id)).toBe('PendingDeletion');
  });

  it('accepts material after find although it is not found at first', async () => {
    const bench = await setUp();
    const id = await createdId(bench, 1, 'lost');
    bench.advance(5 * 60_000);
    await find(bench, 'lost');
    bench.kms.faults.set(first(3, 'GetParametersForImport', NOT_FOUND));
    await importMaterial(bench, 1, id, () => material(1));
    expect(stateOf(bench, id)).toBe('Enabled');
  });

  it('loses its alias although it is not found at first', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    await setCurrent(bench, 1, id, { owned: false, ours: [id] });
    bench.kms.faults.set(first(3, 'ListAliases', NOT_FOUND));
    await removeName(bench, [id]);
    expect(bench.kms.aliases(REGION)).toEqual({});
  });

  it('is not treated as having no alias if it is still not found', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    await setCurrent(bench, 1, id, { owned: false, ours: [id] });
    bench.kms.faults.set(() => NOT_FOUND);
    expect((await failure(removeName(bench, [id]))).reason).toBe('not_found');
  });

  it('stays recent when further KMS keys are created', async () => {
    const bench = await setUp();
    const id = await createdId(bench, 1);
    await makeVersion(bench, 2);
    bench.kms.faults.set(first(1, 'ScheduleKeyDeletion', NOT_FOUND));
    await remove(bench, id);
    expect(stateOf(bench, id)).toBe('PendingDeletion');
  });

  it('gets the alias although it is not found at first', async () => {
    const bench = await setUp();
    const [old, id] = [await makeVersion(bench, 1), await makeVersion(bench, 2)];
    const claim = { owned: true, ours: [old, id] };
    await setCurrent(bench, 1, old, claim);
    bench.kms.faults.set(first(3, 'UpdateAlias', NOT_FOUND));
    await setCurrent(bench, 2, id, claim);
    expect(bench.kms.aliases(REGION)).toEqual({ [ALIAS]: id });
  });
});

it('a deleted alias is recreated without a retry', async () => {
  const bench = await setUp();
  const id = await makeVersion(bench, 1);
  const claim = { owned: true, ours: [id] };
  await setCurrent(bench, 1, id, claim);
  await administrator(bench).send(new DeleteAliasCommand({ AliasName: ALIAS }));
  await setCurrent(bench, 1, id, claim);
  expect(bench.kms.aliases(REGION)).toEqual({ [ALIAS]: id });
  expect(bench.waited()).toBe(0);
});

describe('recently imported material', () => {
  it('is retried until the KMS key is usable', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    bench.advance(5 * 60_000);
    await importMaterial(bench, 1, id, () => material(1));
    bench.kms.faults.set(first(2, 'DisableKey', PENDING_IMPORT));
    await disable(bench, id);
    expect(stateOf(bench, id)).toBe('Disabled');
  });

  it('is the only case in which PendingImport is retried', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    bench.advance(5 * 60_000);
    bench.kms.faults.set(first(2, 'DisableKey', PENDING_IMPORT));
    expect((await failure(disable(bench, id))).reason).toBe('invalid_state');
    expect(bench.waited()).toBe(0);
  });
});

describe('import token', () => {
  it.each(['ExpiredImportTokenException', 'InvalidImportTokenException'])(
    'is replaced together with the public key after %s',
    async (code) => {
      const bench = await setUp();
      bench.kms.faults.set(first(1, 'ImportKeyMaterial', refuse(code)));
      const id = await makeVersion(bench, 1);
      expect(stateOf(bench, id)).toBe('Enabled');
      expect(count(bench, 'GetParametersForImport')).toBe(2);
    },
  );

  it('is replaced once', async () => {
    const bench = await setUp();
    bench.kms.faults.set(first(9, 'ImportKeyMaterial', refuse('ExpiredImportTokenException')));
    expect((await failure(makeVersion(bench, 1))).code).toBe('ExpiredImportTokenException');
    expect(count(bench, 'ImportKeyMaterial')).toBe(2);
  });
});

it('the calls of one import share one retry budget', async () => {
  const bench = await setUp();
  const id = await createdId(bench, 1);
  const throttled = refuse('ThrottlingException', 'Rate exceeded');
  bench.kms.faults.set(({ action, nth }) =>
    action === 'ImportKeyMaterial' || (action === 'GetParametersForImport' && nth < 8) ? throttled : undefined,
  );
  const error = await failure(importMaterial(bench, 1, id, () => material(1)));
  expect(error).toMatchObject({ reason: 'throttled', call: 'ImportKeyMaterial' });
  expect(bench.waited()).toBeGreaterThan(35_000);
  expect(bench.waited()).toBeLessThan(45_000);
});
