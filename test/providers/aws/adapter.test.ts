import {
  CreateAliasCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { administrator, failure, makeVersion, REGION, setUp, type Bench } from './harness.ts';
import { DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import {
  create,
  importMaterial,
  enable,
  disable,
  remove,
  setCurrent,
  removeName,
  observe,
  observeName,
} from '../calls.ts';
import { labelsOf, material } from '../target.ts';
import { HOME } from '../../../src/providers/step.ts';

const AT_HOME = { of: 'version', version: 1, place: HOME } as const;
const ALIAS = 'alias/hashicorp/k-1700000000';

const actions = ({ kms }: Bench): readonly string[] => kms.calls().map(({ action }) => action);
const stateOf = ({ kms }: Bench, id: string): string | undefined =>
  kms.keys(REGION).find((key) => key.id === id)?.state;

describe('AWS KMS adapter', () => {
  it('supports the full key lifecycle with the eleven documented permissions only', async () => {
    const each = await setUp({ allow: DOCUMENTED_PERMISSIONS });
    const { client, kms, signal } = each;
    const first = await makeVersion(each, 1);
    await setCurrent({ client, signal }, 1, first, { owned: false, ours: [first] });
    const second = await makeVersion(each, 2);
    await setCurrent({ client, signal }, 2, second, { owned: true, ours: [first, second] });
    expect(kms.aliases(REGION)).toEqual({ [ALIAS]: second });
    await disable({ client, signal }, first);
    expect(stateOf(each, first)).toBe('Disabled');
    await enable({ client, signal }, first);
    expect(stateOf(each, first)).toBe('Enabled');
    await removeName({ client, signal }, [first, second]);
    await remove({ client, signal }, first);
    await remove({ client, signal }, second);
    expect(kms.aliases(REGION)).toEqual({});
    expect(kms.keys(REGION).map(({ state }) => state)).toEqual(['PendingDeletion', 'PendingDeletion']);
    expect(actions(each).filter((action) => !DOCUMENTED_PERMISSIONS.includes(action))).toEqual([]);
  });

  it('tags a KMS key with all labels and the attempt', async () => {
    const each = await setUp();
    await create(each, 3, 'a-lost-attempt');
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

  describe('create', () => {
    it('does not retry after a lost response and reports the outcome as ambiguous', async () => {
      const each = await setUp();
      each.kms.faults.set(() => ({ when: 'after', drop: true }));
      const error = await failure(create(each, 1));
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
      expect(await failure(create(each, 1))).toMatchObject({
        reason,
        ambiguous,
      });
      expect(actions(each)).toHaveLength(1);
    });

    it('reports a refused connection as not ambiguous', async () => {
      const each = await setUp({ credentials: { access_key: 'a', secret_key: 'b', endpoint: 'http://127.0.0.1:1' } });
      const error = await failure(create(each, 1));
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
      await create(each, 1);
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
      expect(await failure(create(each, 1))).toMatchObject({
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
      await importMaterial(each, 1, id, () => material(1));
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
      const error = await failure(importMaterial(each, 1, missing, () => material()));
      expect(error.reason).toBe('not_found');
      expect(each.waited()).toBe(0);
    });

    it('rejects material that differs from the first import', async () => {
      const each = await setUp();
      const id = await makeVersion(each, 1);
      expect(await failure(importMaterial(each, 1, id, () => material(9)))).toMatchObject({
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
      expect(await setCurrent(each, 1, own, { owned: false, ours: [own] })).toEqual({
        changed: false,
        seen: [{ of: 'name', place: HOME, points: 'stranger' }],
      });
      expect(each.kms.aliases(REGION)).toEqual({ [ALIAS]: unknown });
      await removeName(each, [own]);
      expect(each.kms.aliases(REGION)).toEqual({ [ALIAS]: unknown });
    });

    it('moves an alias of another version although ownership is not recorded', async () => {
      const each = await setUp();
      const [first, second] = [await makeVersion(each, 1), await makeVersion(each, 2)];
      await setCurrent(each, 1, first, { owned: false, ours: [first] });
      await setCurrent(each, 2, second, { owned: false, ours: [first, second] });
      expect(each.kms.aliases(REGION)).toEqual({ [ALIAS]: second });
    });

    it('moves an owned alias back from another KMS key and recreates a deleted one', async () => {
      const each = await setUp();
      const [own, unknown] = [await makeVersion(each, 1), await makeVersion(each, 8)];
      await setCurrent(each, 1, own, { owned: false, ours: [own] });
      await administrator(each).send(new UpdateAliasCommand({ AliasName: ALIAS, TargetKeyId: unknown }));
      expect(await observeName(each, [own])).toEqual({
        of: 'name',
        place: HOME,
        points: 'stranger',
        holder: { remoteId: unknown, labels: { ...labelsOf(8), 'vault-keymgmt-attempt': 'attempt-8' } },
      });
      await setCurrent(each, 1, own, { owned: true, ours: [own] });
      expect(await observeName(each, [own])).toEqual({
        of: 'name',
        place: HOME,
        points: 1,
        id: own,
      });
      await removeName(each, [own]);
      await setCurrent(each, 1, own, { owned: true, ours: [own] });
      expect(each.kms.aliases(REGION)).toEqual({ [ALIAS]: own });
    });
  });

  it('treats a deleted or pending KMS key as removed', async () => {
    const each = await setUp();
    const id = await makeVersion(each, 1);
    await remove(each, id);
    await remove(each, id);
    await remove(each, '00000000-0000-4000-8000-000000000000');
    expect(stateOf(each, id)).toBe('PendingDeletion');
  });

  it('observes the state of a KMS key', async () => {
    const each = await setUp();
    const { client, signal } = each;
    const id = await makeVersion(each, 1);
    const seen = async (): Promise<unknown> => observe({ client, signal }, id);
    expect(await seen()).toMatchObject({ ...AT_HOME, id, state: 'enabled' });
    await disable({ client, signal }, id);
    expect(await seen()).toMatchObject({ ...AT_HOME, id, state: 'disabled' });
    await administrator(each).send(new DeleteImportedKeyMaterialCommand({ KeyId: id }));
    expect(await seen()).toMatchObject({ ...AT_HOME, id, state: 'created' });
    await remove({ client, signal }, id);
    expect(await seen()).toMatchObject({ ...AT_HOME, id, state: 'pending_deletion' });
    const missing = '00000000-0000-4000-8000-000000000000';
    expect(await observe({ client, signal }, missing)).toEqual({
      ...AT_HOME,
      id: missing,
      state: 'gone',
    });
  });

  it('observes forbidden and unreachable', async () => {
    const limited = await setUp({ allow: DOCUMENTED_PERMISSIONS });
    const id = await makeVersion(limited, 1);
    expect(await observe(limited, id)).toMatchObject({ outcome: 'forbidden' });
    limited.kms.faults.set(() => ({ when: 'before', drop: true }));
    expect(await observe(limited, id)).toMatchObject({ outcome: 'unreachable' });
  });
});
