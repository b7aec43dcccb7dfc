import {
  CreateAliasCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
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
import { DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';

const ALIAS = 'alias/hashicorp/k-1700000000';

const actions = ({ kms }: Bench): readonly string[] => kms.calls().map(({ action }) => action);
const stateOf = ({ kms }: Bench, id: string): string | undefined =>
  kms.keys(REGION).find((key) => key.id === id)?.state;

describe('AWS KMS adapter', () => {
  it('supports the full key lifecycle with the eleven documented permissions only', async () => {
    const each = await setUp({ allow: DOCUMENTED_PERMISSIONS });
    const { client, kms, signal } = each;
    const first = await makeVersion(each, 1);
    await client.setCurrent(target(1), first, { owned: false, ours: [first] }, signal);
    const second = await makeVersion(each, 2);
    await client.setCurrent(target(2), second, { owned: true, ours: [first, second] }, signal);
    expect(kms.aliases(REGION)).toEqual({ [ALIAS]: second });
    await client.setEnabled(target(1), first, false, signal);
    expect(stateOf(each, first)).toBe('Disabled');
    await client.setEnabled(target(1), first, true, signal);
    expect(stateOf(each, first)).toBe('Enabled');
    await client.removeName('k-1700000000', [first, second], signal);
    await client.removeVersion(first, signal);
    await client.removeVersion(second, signal);
    expect(kms.aliases(REGION)).toEqual({});
    expect(kms.keys(REGION).map(({ state }) => state)).toEqual(['PendingDeletion', 'PendingDeletion']);
    expect(actions(each).filter((action) => !DOCUMENTED_PERMISSIONS.includes(action))).toEqual([]);
  });

  it('tags a KMS key with all labels and the attempt', async () => {
    const each = await setUp();
    await each.client.createVersion(target(3, 'a-lost-attempt'), noMaterial, each.signal);
    expect(each.kms.keys(REGION)[0]?.tags).toEqual({
      key_name: 'k-1700000000',
      'vault-keymgmt-version': '3',
      'vault-keymgmt-attempt': 'a-lost-attempt',
    });
    const { KeyMetadata } = await administrator(each).send(
      new DescribeKeyCommand({ KeyId: each.kms.keys(REGION)[0]?.id }),
    );
    expect(KeyMetadata?.Description).toBe('Vault key management: k-1700000000, version 3');
  });

  describe('createVersion', () => {
    it('does not retry after a lost response and reports the outcome as ambiguous', async () => {
      const each = await setUp();
      each.kms.faults.set(() => ({ when: 'after', drop: true }));
      const error = await failure(each.client.createVersion(target(1), noMaterial, each.signal));
      expect(error).toMatchObject({ ambiguous: true, reason: 'unavailable', call: 'CreateKey' });
      expect(actions(each)).toEqual(['CreateKey']);
      expect(each.kms.keys(REGION)).toHaveLength(1);
    });

    it.each([
      ['KMSInternalException', 500, 'unavailable', true],
      ['DependencyTimeoutException', 503, 'unavailable', true],
      ['LimitExceededException', 400, 'invalid_request', false],
      ['AccessDeniedException', 400, 'forbidden', false],
    ])('says of %s whether something may have been made', async (code, status, reason, ambiguous) => {
      const each = await setUp();
      each.kms.faults.set(() => ({ when: 'before', error: { code, message: 'injected', status } }));
      expect(await failure(each.client.createVersion(target(1), noMaterial, each.signal))).toMatchObject({
        reason,
        ambiguous,
      });
      expect(actions(each)).toHaveLength(1);
    });

    it('reports a refused connection as not ambiguous', async () => {
      const each = await setUp({ credentials: { access_key: 'a', secret_key: 'b', endpoint: 'http://127.0.0.1:1' } });
      const error = await failure(each.client.createVersion(target(1), noMaterial, each.signal));
      expect(error).toMatchObject({ ambiguous: false, reason: 'unavailable' });
      expect(error.message).toContain('cannot reach 127.0.0.1:1 (ECONNREFUSED)');
    });

    it('retries when throttled', async () => {
      const each = await setUp();
      each.kms.faults.set(({ nth }) =>
        nth < 4
          ? { when: 'before', error: { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 } }
          : undefined,
      );
      await each.client.createVersion(target(1), noMaterial, each.signal);
      expect(actions(each)).toHaveLength(4);
      // 500, 1000 and 2000 ms, three quarters of each as the random number is a half.
      expect(each.waited()).toBe(2625);
    });

    it('fails when throttled beyond the retry budget', async () => {
      const each = await setUp();
      each.kms.faults.set(() => ({
        when: 'before',
        error: { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 },
      }));
      expect(await failure(each.client.createVersion(target(1), noMaterial, each.signal))).toMatchObject({
        reason: 'throttled',
      });
      expect(each.waited()).toBeGreaterThan(20_000);
      // Vault's clients wait a minute for an answer.
      expect(each.waited()).toBeLessThan(60_000);
    });
  });

  describe('importMaterial', () => {
    it('is repeatable', async () => {
      const each = await setUp();
      const id = await makeVersion(each, 1);
      await each.client.importMaterial(target(1), id, material(1), each.signal);
      expect(stateOf(each, id)).toBe('Enabled');
    });

    it('retries not_found within the consistency window', async () => {
      const each = await setUp({ consistency: { lookups: 3 } });
      const id = await makeVersion(each, 1);
      expect(stateOf(each, id)).toBe('Enabled');
      expect(each.waited()).toBeGreaterThan(0);
    });

    it('does not retry not_found outside the consistency window', async () => {
      const each = await setUp();
      const missing = '00000000-0000-4000-8000-000000000000';
      const error = await failure(each.client.importMaterial(target(1), missing, material(), each.signal));
      expect(error.reason).toBe('not_found');
      expect(each.waited()).toBe(0);
    });

    it('rejects material that differs from the first import', async () => {
      const each = await setUp();
      const id = await makeVersion(each, 1);
      expect(await failure(each.client.importMaterial(target(1), id, material(9), each.signal))).toMatchObject({
        reason: 'invalid_request',
        code: 'IncorrectKeyMaterialException',
      });
    });
  });

  describe('setCurrent', () => {
    it('does not move an alias of an unknown KMS key', async () => {
      const each = await setUp();
      const unknown = await makeVersion(each, 8);
      const own = await makeVersion(each, 1);
      await administrator(each).send(new CreateAliasCommand({ AliasName: ALIAS, TargetKeyId: unknown }));
      const error = await failure(each.client.setCurrent(target(1), own, { owned: false, ours: [own] }, each.signal));
      expect(error.reason).toBe('already_exists');
      await each.client.removeName('k-1700000000', [own], each.signal);
      expect(each.kms.aliases(REGION)).toEqual({ [ALIAS]: unknown });
    });

    it('moves an alias of another version although ownership is not recorded', async () => {
      const each = await setUp();
      const [first, second] = [await makeVersion(each, 1), await makeVersion(each, 2)];
      await each.client.setCurrent(target(1), first, { owned: false, ours: [first] }, each.signal);
      await each.client.setCurrent(target(2), second, { owned: false, ours: [first, second] }, each.signal);
      expect(each.kms.aliases(REGION)).toEqual({ [ALIAS]: second });
    });

    it('moves an owned alias back from another KMS key and recreates a deleted one', async () => {
      const each = await setUp();
      const [own, unknown] = [await makeVersion(each, 1), await makeVersion(each, 8)];
      await each.client.setCurrent(target(1), own, { owned: false, ours: [own] }, each.signal);
      await administrator(each).send(new UpdateAliasCommand({ AliasName: ALIAS, TargetKeyId: unknown }));
      expect(await each.client.observeName('k-1700000000', [own], each.signal)).toEqual({
        outcome: 'seen',
        remoteId: undefined,
        other: { remoteId: unknown, labels: { ...target(8).labels, 'vault-keymgmt-attempt': 'attempt-8' } },
      });
      await each.client.setCurrent(target(1), own, { owned: true, ours: [own] }, each.signal);
      expect(await each.client.observeName('k-1700000000', [own], each.signal)).toEqual({
        outcome: 'seen',
        remoteId: own,
      });
      await each.client.removeName('k-1700000000', [own], each.signal);
      await each.client.setCurrent(target(1), own, { owned: true, ours: [own] }, each.signal);
      expect(each.kms.aliases(REGION)).toEqual({ [ALIAS]: own });
    });
  });

  it('treats a deleted or pending KMS key as removed', async () => {
    const each = await setUp();
    const id = await makeVersion(each, 1);
    await each.client.removeVersion(id, each.signal);
    await each.client.removeVersion(id, each.signal);
    await each.client.removeVersion('00000000-0000-4000-8000-000000000000', each.signal);
    expect(stateOf(each, id)).toBe('PendingDeletion');
  });

  it('observes the state of a KMS key', async () => {
    const each = await setUp();
    const { client, signal } = each;
    const id = await makeVersion(each, 1);
    const seen = async (): Promise<unknown> => client.observeVersion(id, signal);
    expect(await seen()).toEqual({ outcome: 'seen', state: 'enabled' });
    await client.setEnabled(target(1), id, false, signal);
    expect(await seen()).toEqual({ outcome: 'seen', state: 'disabled' });
    await administrator(each).send(new DeleteImportedKeyMaterialCommand({ KeyId: id }));
    expect(await seen()).toEqual({ outcome: 'seen', state: 'missing_material' });
    await client.removeVersion(id, signal);
    expect(await seen()).toEqual({ outcome: 'seen', state: 'pending_deletion' });
    expect(await client.observeVersion('00000000-0000-4000-8000-000000000000', signal)).toEqual({
      outcome: 'seen',
      state: 'deleted',
    });
  });

  it('observes forbidden and unreachable', async () => {
    const limited = await setUp({ allow: DOCUMENTED_PERMISSIONS });
    const id = await makeVersion(limited, 1);
    expect(await limited.client.observeVersion(id, limited.signal)).toMatchObject({ outcome: 'forbidden' });
    limited.kms.faults.set(() => ({ when: 'before', drop: true }));
    expect(await limited.client.observeVersion(id, limited.signal)).toMatchObject({ outcome: 'unreachable' });
  });
});
