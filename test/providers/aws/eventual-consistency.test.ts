import { DeleteAliasCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import type { Fault, FaultCall } from '../../../dev/aws-kms/faults.ts';
import {
  administrator,
  failure,
  makeVersion,
  material,
  noMaterial,
  REGION,
  setUp,
  target,
  type Bench,
} from './harness.ts';

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
    const { remoteId } = await bench.client.createVersion(target(1), noMaterial, bench.signal);
    bench.kms.faults.set(first(3, 'ScheduleKeyDeletion', NOT_FOUND));
    await bench.client.removeVersion(remoteId, bench.signal);
    expect(stateOf(bench, remoteId)).toBe('PendingDeletion');
  });

  it('is not treated as removed if it is still not found', async () => {
    const bench = await setUp();
    const { remoteId } = await bench.client.createVersion(target(1), noMaterial, bench.signal);
    bench.kms.faults.set(() => NOT_FOUND);
    expect((await failure(bench.client.removeVersion(remoteId, bench.signal))).reason).toBe('not_found');
    bench.advance(5 * 60_000);
    await bench.client.removeVersion(remoteId, bench.signal);
  });

  it('is removed after findVersion although it is not found at first', async () => {
    const bench = await setUp();
    await bench.client.createVersion(target(1, 'lost'), noMaterial, bench.signal);
    bench.advance(5 * 60_000);
    const found = await bench.client.findVersion(target(1, 'lost'), bench.signal);
    const [id = ''] = (found.outcome === 'found' && found.remoteIds) || [];
    bench.kms.faults.set(first(3, 'ScheduleKeyDeletion', NOT_FOUND));
    await bench.client.removeVersion(id, bench.signal);
    expect(stateOf(bench, id)).toBe('PendingDeletion');
  });

  it('accepts material after findVersion although it is not found at first', async () => {
    const bench = await setUp();
    const { remoteId } = await bench.client.createVersion(target(1, 'lost'), noMaterial, bench.signal);
    bench.advance(5 * 60_000);
    await bench.client.findVersion(target(1, 'lost'), bench.signal);
    bench.kms.faults.set(first(3, 'GetParametersForImport', NOT_FOUND));
    await bench.client.importMaterial(target(1, 'lost'), remoteId, material(1), bench.signal);
    expect(stateOf(bench, remoteId)).toBe('Enabled');
  });

  it('loses its alias although it is not found at first', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    await bench.client.setCurrent(target(1), id, { owned: false, ours: [id] }, bench.signal);
    bench.kms.faults.set(first(3, 'ListAliases', NOT_FOUND));
    await bench.client.removeName('k-1700000000', [id], bench.signal);
    expect(bench.kms.aliases(REGION)).toEqual({});
  });

  it('is not treated as having no alias if it is still not found', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    await bench.client.setCurrent(target(1), id, { owned: false, ours: [id] }, bench.signal);
    bench.kms.faults.set(() => NOT_FOUND);
    expect((await failure(bench.client.removeName('k-1700000000', [id], bench.signal))).reason).toBe('not_found');
  });

  it('stays recent when further KMS keys are created', async () => {
    const bench = await setUp();
    const { remoteId } = await bench.client.createVersion(target(1), noMaterial, bench.signal);
    await makeVersion(bench, 2);
    bench.kms.faults.set(first(1, 'ScheduleKeyDeletion', NOT_FOUND));
    await bench.client.removeVersion(remoteId, bench.signal);
    expect(stateOf(bench, remoteId)).toBe('PendingDeletion');
  });

  it('gets the alias although it is not found at first', async () => {
    const bench = await setUp();
    const [old, id] = [await makeVersion(bench, 1), await makeVersion(bench, 2)];
    const claim = { owned: true, ours: [old, id] };
    await bench.client.setCurrent(target(1), old, claim, bench.signal);
    bench.kms.faults.set(first(3, 'UpdateAlias', NOT_FOUND));
    await bench.client.setCurrent(target(2), id, claim, bench.signal);
    expect(bench.kms.aliases(REGION)).toEqual({ [ALIAS]: id });
  });
});

it('a deleted alias is recreated without a retry', async () => {
  const bench = await setUp();
  const id = await makeVersion(bench, 1);
  const claim = { owned: true, ours: [id] };
  await bench.client.setCurrent(target(1), id, claim, bench.signal);
  await administrator(bench).send(new DeleteAliasCommand({ AliasName: ALIAS }));
  await bench.client.setCurrent(target(1), id, claim, bench.signal);
  expect(bench.kms.aliases(REGION)).toEqual({ [ALIAS]: id });
  expect(bench.waited()).toBe(0);
});

describe('recently imported material', () => {
  it('is retried until the KMS key is usable', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    bench.advance(5 * 60_000);
    await bench.client.importMaterial(target(1), id, material(1), bench.signal);
    bench.kms.faults.set(first(2, 'DisableKey', PENDING_IMPORT));
    await bench.client.setEnabled(target(1), id, false, bench.signal);
    expect(stateOf(bench, id)).toBe('Disabled');
  });

  it('is the only case in which PendingImport is retried', async () => {
    const bench = await setUp();
    const id = await makeVersion(bench, 1);
    bench.advance(5 * 60_000);
    bench.kms.faults.set(first(2, 'DisableKey', PENDING_IMPORT));
    expect((await failure(bench.client.setEnabled(target(1), id, false, bench.signal))).reason).toBe('invalid_state');
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
  const { remoteId } = await bench.client.createVersion(target(1), noMaterial, bench.signal);
  const throttled = refuse('ThrottlingException', 'Rate exceeded');
  bench.kms.faults.set(({ action, nth }) =>
    action === 'ImportKeyMaterial' || (action === 'GetParametersForImport' && nth < 8) ? throttled : undefined,
  );
  const error = await failure(bench.client.importMaterial(target(1), remoteId, material(1), bench.signal));
  expect(error).toMatchObject({ reason: 'throttled', call: 'ImportKeyMaterial' });
  expect(bench.waited()).toBeGreaterThan(35_000);
  expect(bench.waited()).toBeLessThan(45_000);
});
